// SPDX-License-Identifier: Apache-2.0
#include "core/api/catalog.hpp"
#include "core/json/parse.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <set>
#include <string>
#include <vector>

#include "core/json/value.hpp"

using namespace heygen;
using namespace heygen::api;

namespace {

std::string words_of(const Command& command) {
  std::string text;
  for (const std::string_view word : command.words) (text += text.empty() ? "" : " ") += word;
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(catalog)

BOOST_AUTO_TEST_CASE(every_table_is_filled) {
  const auto any = [](auto&& test) { return std::ranges::any_of(commands(), test); };
  BOOST_TEST(any([](const Command& c) { return c.body == BodyKind::json; }));
  BOOST_TEST(any([](const Command& c) { return c.body == BodyKind::multipart; }));
  BOOST_TEST(any([](const Command& c) { return c.hidden; }));
  BOOST_TEST(
      any([](const Command& c) { return c.poll != nullptr && !c.poll->done.empty() && !c.poll->failed.empty(); }));
  BOOST_TEST(any([](const Command& c) { return c.pagination != nullptr && c.pagination->limit_max > 0; }));
  BOOST_TEST(any([](const Command& c) { return !c.columns.empty(); }));
  BOOST_TEST(any([](const Command& c) { return !c.data_only_required.empty(); }));
  BOOST_TEST(std::ranges::is_sorted(commands(), std::ranges::lexicographical_compare, &Command::words));
  for (const Group& group : groups())
    BOOST_TEST(any([&](const Command& c) { return c.words[0] == group.word; }), group.word);
}

BOOST_AUTO_TEST_CASE(every_command_is_found_by_its_words) {
  for (const Command& command : commands()) BOOST_TEST(find(command.words) == &command, words_of(command));
  const std::string_view none[] = {"video"};
  BOOST_TEST(find(none) == nullptr);
}

BOOST_AUTO_TEST_CASE(every_command_and_flag_is_explained_on_one_line) {
  for (const Command& command : commands()) {
    BOOST_TEST(!command.summary.empty(), words_of(command));
    BOOST_TEST(command.example.starts_with("heygen " + words_of(command)), words_of(command));
    for (const Option& option : command.options) BOOST_TEST(!option.doc.empty(), words_of(command));
    for (const Argument& argument : command.arguments) BOOST_TEST(!argument.doc.empty(), words_of(command));
  }
}

BOOST_AUTO_TEST_CASE(every_delete_asks_first) {
  for (const Command& command : commands())
    BOOST_TEST(command.destructive == (command.method == "DELETE"), words_of(command));
}

BOOST_AUTO_TEST_CASE(a_key_is_an_option_in_a_header_of_posts) {
  for (const Command& command : commands()) {
    const auto at = std::ranges::find(command.options, kKeyOption, &Option::name);
    BOOST_TEST((at != command.options.end()) == command.takes_key, words_of(command));
    if (!command.takes_key) continue;
    BOOST_TEST(command.method == "POST", words_of(command));
    BOOST_TEST((at->place == Place::header && at->target == kKeyHeader && !at->required), words_of(command));
  }
}

BOOST_AUTO_TEST_CASE(body_flags_are_fields_of_the_request_schema) {
  for (const Command& command : commands()) {
    if (command.body != BodyKind::json || command.options.empty()) continue;
    const json::Value schema = json::parse(command.request_schema);
    const json::Value* fields = schema.find("properties");
    for (const Option& option : command.options)
      if (option.place == Place::json)
        BOOST_TEST((fields != nullptr && fields->find(option.target) != nullptr), option.name);
  }
}

BOOST_AUTO_TEST_CASE(old_words_lead_to_a_command_that_exists) {
  BOOST_REQUIRE(aliases().size() == 1U);
  BOOST_TEST(find(aliases()[0].target) != nullptr);
  BOOST_TEST(find(aliases()[0].words) == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
