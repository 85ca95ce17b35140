// SPDX-License-Identifier: Apache-2.0
#include "core/output/fields.hpp"
#include "core/json/parse.hpp"

#include <boost/test/unit_test.hpp>

namespace heygen::output {

namespace {

using Texts = std::vector<std::string>;

std::string shown(const std::string& document, const Texts& fields, const std::vector<Column>& columns = {}) {
  return human_fields(json::parse(document), fields, columns, {.width = 80, .color = false});
}

constexpr const char* kList =
    R"({"data":[{"id":"a","n":1,"owner":{"name":"Ada","tags":["x","y"]}},{"id":"b"}],"has_more":true})";

}  // namespace

BOOST_AUTO_TEST_SUITE(fields)

BOOST_AUTO_TEST_CASE(list_shows_the_fields_in_their_order_and_what_a_row_lacks_as_nothing) {
  BOOST_TEST(shown(kList, {"owner.name", "id"}) == "Owner Name  ID\nAda         a\n-           b\n\nHas More:  true\n");
  BOOST_TEST(shown(kList, {"id"}, {{"id", "Number"}}).starts_with("Number\na\n"));
  BOOST_TEST(shown(R"([{"a":{"b":1}}])", {"a.b", "a.b"}) == "A B  A B\n  1    1\n");
  BOOST_TEST(shown(kList, {"owner.tags.1"}).find("y\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(details_show_the_fields_in_their_order) {
  const std::string document =
      R"({"data":{"id":"a","title":"one\ntwo","owner":{"name":"Ada","data":{"x":1}},"duration":90,"none":null}})";
  BOOST_TEST(shown(document, {"title", "id", "owner.name"}) ==
             "Title:       one\n             two\nID:          a\nOwner Name:  Ada\n");
  BOOST_TEST(shown(document, {"owner", "none"}) == "Owner:\n  Data:\n    X:  1\n  Name:  Ada\nNone:   -\n");
}

BOOST_AUTO_TEST_CASE(field_is_missing_when_no_row_has_it) {
  const json::Value list = json::parse(kList);
  BOOST_TEST(missing_fields(list, {"n", "owner.name", "x", "owner.x"}) == (Texts{"x", "owner.x"}),
             boost::test_tools::per_element());
  BOOST_TEST(missing_fields(json::parse(R"({"data":[]})"), {"x"}).empty());
  BOOST_TEST(missing_fields(json::parse(R"({"data":null})"), {"x"}).empty());
  BOOST_TEST(missing_fields(json::parse(R"({"data":[1]})"), {"x"}).size() == 1U);
  BOOST_TEST(missing_fields(json::parse(R"({"id":1})"), {"id"}).empty());
}

BOOST_AUTO_TEST_CASE(known_fields_are_listed) {
  BOOST_TEST(known_fields(json::parse(kList)) == (Texts{"id", "n", "owner", "owner.name", "owner.tags"}),
             boost::test_tools::per_element());
  BOOST_TEST(known_fields(json::parse("3")).empty());
}

BOOST_AUTO_TEST_CASE(payload_without_fields_is_shown_as_usual) {
  BOOST_TEST(shown(R"({"data":[]})", {"id"}) == "Nothing found.\n");
  BOOST_TEST(shown(R"({"data":"x"})", {"id"}) == "x\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace heygen::output
