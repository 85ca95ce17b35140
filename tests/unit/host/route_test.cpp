// SPDX-License-Identifier: Apache-2.0
#include "host/cli/route.hpp"

#include <boost/test/unit_test.hpp>

#include "core/base/error.hpp"
#include "host/cli/globals.hpp"

using namespace heygen;
using namespace heygen::host;
using namespace heygen::host::cli;

namespace {

CommandTable table() {
  CommandTable all;
  const auto add = [&all](std::vector<std::string> words, bool hidden = false) {
    Command command;
    command.words = std::move(words);
    command.hidden = hidden;
    all.add(std::move(command));
  };
  add({"video", "list"});
  add({"video", "get"});
  add({"video", "batches", "get"});
  add({"video", "secret"}, true);
  add({"update"});
  return all;
}

using Words = std::vector<std::string>;

Error error_of(const Words& arguments) {
  try {
    route(table(), root_options(), arguments);
  } catch (const Error& error) {
    return error;
  }
  throw std::runtime_error("accepted");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(routing)

BOOST_AUTO_TEST_CASE(the_longest_run_of_words_names_the_command) {
  const CommandTable all = table();
  const Route found = route(all, root_options(), {"video", "batches", "get", "b1", "--limit", "3"});
  BOOST_REQUIRE(found.command != nullptr);
  BOOST_CHECK((found.words == Words{"video", "batches", "get"}));
  BOOST_CHECK((found.rest == Words{"b1", "--limit", "3"}));
}

BOOST_AUTO_TEST_CASE(global_options_are_read_before_and_between_the_words) {
  const CommandTable all = table();
  const Route found = route(all, root_options(), {"--human", "--provider", "oauth", "video", "--verbose", "list", "x"});
  BOOST_CHECK((found.words == Words{"video", "list"}));
  BOOST_CHECK((found.rest == Words{"--human", "--provider", "oauth", "--verbose", "x"}));
}

BOOST_AUTO_TEST_CASE(group_or_nothing_is_not_a_command) {
  const CommandTable all = table();
  BOOST_TEST(route(all, root_options(), {"video"}).command == nullptr);
  BOOST_TEST(route(all, root_options(), {"video", "--help"}).command == nullptr);
  BOOST_TEST(route(all, root_options(), {}).words.empty());
}

BOOST_AUTO_TEST_CASE(a_wrong_word_is_a_usage_error_that_names_the_nearest) {
  BOOST_TEST(error_of({"vidoe", "list"}).hint.find("`heygen video`") != std::string::npos);
  BOOST_TEST(error_of({"video", "lst"}).hint.find("`heygen video list`") != std::string::npos);
  BOOST_CHECK(error_of({"video", "batches", "nope"}).exit == Exit::usage);
}

BOOST_AUTO_TEST_CASE(word_from_another_level_suggests_the_full_command) {
  CommandTable all = table();
  Command login;
  login.words = {"auth", "login"};
  all.add(login);
  const auto hint = [&](const Words& words) {
    try {
      route(all, root_options(), words);
    } catch (const Error& error) {
      return error.hint;
    }
    return std::string("accepted");
  };
  BOOST_TEST(hint({"login"}).find("Did you mean `heygen auth login`?") == 0);
  BOOST_TEST(hint({"video", "login"}).find("Did you mean `heygen auth login`?") == 0);
  BOOST_TEST(hint({"batches"}).find("Did you mean") == std::string::npos);  // no command ends in it
  BOOST_TEST(hint({"VIDEO"}).find("Did you mean `heygen video`?") == 0);
  BOOST_TEST(hint({"--limit", "3", "video"}).find("after the command") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(word_after_an_unknown_option_is_not_shown) {
  for (const Words& words : {Words{"--api-key", "sekret", "video", "list"}, Words{"video", "--api-key", "sekret"}}) {
    const Error error = error_of(words);
    BOOST_TEST(error.message().find("no option --api-key") != std::string::npos);
    BOOST_TEST(error.message().find("sekret") == std::string::npos);
    BOOST_TEST(error.hint.find("set HEYGEN_API_KEY, or run `heygen auth login --api-key`") != std::string::npos);
  }
  BOOST_TEST(error_of({"--human", "vidoe"}).message().find("'vidoe'") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(hidden_commands_run_but_are_not_listed) {
  const CommandTable all = table();
  BOOST_TEST(route(all, root_options(), {"video", "secret"}).command != nullptr);
  BOOST_CHECK((words_after(all, {"video"}) == Words{"batches", "get", "list"}));
}

BOOST_AUTO_TEST_CASE(first_word_is_neither_an_option_nor_its_value) {
  const auto first = [](const Words& arguments) { return first_word(root_options(), arguments).value_or("(none)"); };
  BOOST_TEST(first({"video", "list"}) == "video");
  BOOST_TEST(first({"--human", "--provider", "oauth", "video"}) == "video");
  BOOST_TEST(first({"--provider=oauth", "-h", "video"}) == "video");
  BOOST_TEST(first({"--unknown", "x"}) == "x");
  BOOST_TEST(first({""}) == "");
  BOOST_TEST(first({"-"}) == "-");
  for (const Words& arguments : {Words{}, Words{"--version"}, Words{"--provider", "x"}, Words{"--", "video"}})
    BOOST_TEST(first(arguments) == "(none)");
}

BOOST_AUTO_TEST_SUITE_END()
