// SPDX-License-Identifier: Apache-2.0
#include "host/cli/help.hpp"
#include "core/output/text_width.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <sstream>

#include "core/api/catalog.hpp"
#include "core/api/engine.hpp"
#include "host/cli/reference.hpp"
#include "host/commands/api/catalog.hpp"
#include "host/services.hpp"

using namespace heygen;
using namespace heygen::host;
using namespace heygen::host::cli;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void check_width(const std::string& text, int width) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with("  heygen ")) BOOST_TEST(output::cell_width(line) <= width, line);
}

Command sample() {
  Command command;
  command.words = {"video", "get"};
  command.summary = "Show a video";
  command.important = "A login deletes the other credential.";
  command.examples = {"heygen video get video_1"};
  command.positionals = {{.name = "video-id", .doc = "Id of the video"},
                         {.name = "more", .doc = "", .required = false, .variadic = true}};
  return command;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(help)

BOOST_AUTO_TEST_CASE(lines_are_broken_at_spaces) {
  BOOST_TEST(wrap("one two three", 8) == "one two\nthree\n");
  BOOST_TEST(wrap("one two", 8, 2) == "  one\n  two\n");
  BOOST_TEST(wrap("unbreakable", 4) == "unbreakable\n");
  BOOST_TEST(wrap("a\n  kept as it is\nb", 6) == "a\n  kept as it is\nb\n");
}

BOOST_AUTO_TEST_CASE(command_help_lists_arguments_and_options) {
  const std::vector<Option> options = {
      {.name = "mode", .value = "CHOICE", .doc = "How", .fallback = "speed", .choices = {"speed", "precision"}},
      {.name = "data", .shorthand = 'd', .value = "JSON", .doc = "Body", .required = true},
      {.name = "secret", .doc = "Not shown", .hidden = true},
  };
  const std::string text = command_help(sample(), options, 100);
  BOOST_TEST(has(text, "heygen video get VIDEO-ID [MORE...] [OPTIONS]"));
  BOOST_TEST(has(text, "IMPORTANT\n  A login deletes the other credential."));
  BOOST_TEST(has(text, "How (default: speed). One of: speed, precision"));
  BOOST_TEST(has(text, "-d, --data JSON"));
  BOOST_TEST(has(text, "Body (required)"));
  BOOST_TEST(has(text, "--human"));
  BOOST_TEST(has(text, "  heygen video get video_1\n"));
  BOOST_TEST(!has(text, "--secret"));
  BOOST_TEST(!has(text, "--headers"));
}

BOOST_AUTO_TEST_CASE(no_line_is_wider_than_asked) {
  CommandTable table;
  commands::api::add_catalog_commands(table);
  for (const int width : {60, 100}) {
    check_width(root_help(table, width), width);
    for (const api::Group& group : api::groups())
      check_width(group_help(table, {std::string(group.word)}, width), width);
  }
}

BOOST_AUTO_TEST_CASE(groups_show_their_commands_and_what_is_important) {
  CommandTable table;
  table.add(sample());
  table.add_group({.words = {"video"}, .summary = "Videos", .important = "Mind the gap."});
  const std::string text = group_help(table, {"video"}, 80);
  BOOST_TEST(has(text, "IMPORTANT\n  Mind the gap."));
  BOOST_TEST(has(text, "get  Show a video"));
}

BOOST_AUTO_TEST_CASE(every_kind_of_job_has_a_documented_error_code) {
  for (const api::Command& command : api::commands()) {
    if (command.poll == nullptr) continue;
    const std::string code = api::failure_code(*command.poll);
    BOOST_TEST(std::ranges::count(error_codes(), code, &ErrorCode::code) == 1, code);
  }
}

BOOST_AUTO_TEST_SUITE_END()
