// SPDX-License-Identifier: Apache-2.0
#include "core/api/schema.hpp"

#include <boost/test/unit_test.hpp>
#include <set>
#include <string>

#include "core/json/parse.hpp"

namespace heygen::api {
namespace {

using Words = std::vector<std::string_view>;

const Command& command(const Words& words) {
  const Command* found = find(words);
  BOOST_REQUIRE(found != nullptr);
  return *found;
}

void collect_references(const json::Value& node, std::set<std::string>& out) {
  if (node.is_array())
    for (const json::Value& item : node.as_array()) collect_references(item, out);
  if (!node.is_object()) return;
  for (const auto& [name, member] : node.as_object()) {
    if (name == "$ref") out.insert(member.as_string().substr(std::string_view("#/$defs/").size()));
    collect_references(member, out);
  }
}

BOOST_AUTO_TEST_SUITE(schema)

BOOST_AUTO_TEST_CASE(a_document_contains_exactly_the_definitions_it_needs) {
  for (const Command& one : commands())
    for (const std::string_view text : {one.request_schema, one.response_schema}) {
      if (text.empty()) continue;
      const json::Value document = json::parse(schema_document(text));
      BOOST_TEST(document.as_object().front().first == "$schema");
      std::set<std::string> wanted, found;
      collect_references(document, wanted);
      if (const json::Value* definitions = document.find("$defs"))
        for (const auto& [name, definition] : definitions->as_object()) found.insert(name);
      BOOST_TEST(wanted == found, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(a_definition_may_contain_itself) {
  const json::Value document = json::parse(schema_document(command({"video", "scenes", "get"}).response_schema));
  const json::Value* children = document.find_path("$defs.ContainerElement.properties.children.items.anyOf");
  BOOST_REQUIRE(children != nullptr);
  BOOST_TEST(children->as_array().back().string_at("$ref") == "#/$defs/ContainerElement");
}

BOOST_AUTO_TEST_CASE(a_document_without_references_has_no_definitions) {
  BOOST_TEST(schema_document(R"({"type":"object"})") ==
             R"({"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object"})");
}

BOOST_AUTO_TEST_CASE(choices_are_told_apart_by_their_fields_with_one_value) {
  SchemaReader reader;
  const json::Value video = json::parse(command({"video", "create"}).request_schema);
  BOOST_TEST(reader.choices(video).size() == 4U);
  BOOST_TEST(reader.fitting_choices(video, json::parse(R"({"type":"image"})")).size() == 1U);
  BOOST_TEST(reader.fitting_choices(video, json::parse(R"({"type":"other"})")).empty());
  BOOST_TEST(reader.fitting_choices(video, json::parse(R"({"type":null})")).empty());
  BOOST_TEST(reader.fitting_choices(video, json::parse("{}")).size() == 4U);
  const json::Value voice = json::parse(command({"model", "audio", "voices", "create"}).request_schema);
  BOOST_TEST(reader.fitting_choices(voice, json::parse(R"({"mode":"instant"})")).size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace heygen::api
