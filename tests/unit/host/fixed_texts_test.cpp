// SPDX-License-Identifier: Apache-2.0
#include "host/fixed_texts.hpp"

#include <boost/test/unit_test.hpp>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/environment.hpp"
#include "core/base/random.hpp"
#include "core/base/terminal.hpp"
#include "core/base/text.hpp"
#include "core/json/write.hpp"
#include "host/cli/completion.hpp"
#include "host/cli/surface.hpp"
#include "host/commands/all.hpp"
#include "host/services.hpp"

using namespace heygen;
using namespace heygen::host;

namespace {

struct Fixture {
  MapEnvironment environment{std::map<std::string, std::string, std::less<>>{{"HEYGEN_CONFIG_DIR", "/nonexistent"}}};
  Cancel cancel;
  Services services{environment, system_terminal(), system_clock(), system_random(), cancel, "/nonexistent/bin/heygen"};
  CommandTable table = commands::all_commands();

  const Command& command(const std::vector<std::string>& words) const {
    const Command* found = table.find(words);
    BOOST_REQUIRE(found != nullptr);
    return *found;
  }
};

std::vector<std::string> words_of(const CommandTable& table) {
  std::vector<std::string> all;
  for (const Command& command : table.commands()) all.push_back(join(command.words, " "));
  return all;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(fixed_texts, Fixture)

BOOST_AUTO_TEST_CASE(marks_are_replaced_and_other_text_stays) {
  const auto part = [](const std::vector<std::string>& words) { return "<" + join(words, "+") + ">"; };
  BOOST_TEST(without_marks("a " + live_mark({"auth", "login"}) + live_mark({"x"}) + " b@c", part) ==
             "a <auth+login><x> b@c");
  BOOST_TEST(without_marks("", part) == "");
  BOOST_TEST(without_marks("@LIVE open", part) == "@LIVE open");
}

BOOST_AUTO_TEST_CASE(marked_texts_that_are_filled_in_are_the_texts_of_a_run) {
  for (const std::string shell : {"bash", "zsh", "fish", "powershell"}) {
    const std::string marked = cli::completion_script(shell, table, services, Live::marked);
    BOOST_TEST((marked.find(live_mark({"auth", "login"})) != std::string::npos), shell);
    const auto part = [&](const std::vector<std::string>& words) {
      return cli::completion_entry(shell, table, command(words), services);
    };
    BOOST_TEST((without_marks(marked, part) == cli::completion_script(shell, table, services)), shell);
  }
  const std::string marked = cli::marked_surface(services, table);
  BOOST_TEST((marked.find(live_mark({"auth", "login"})) != std::string::npos));
  const auto part = [&](const std::vector<std::string>& words) { return cli::surface_part(services, table, words); };
  BOOST_TEST((without_marks(marked, part) == json::write(cli::surface(services, table))));
}

BOOST_AUTO_TEST_CASE(tables_of_one_word_are_together_the_table_of_all) {
  std::vector<std::string> parts, seen;
  for (const Command& one : table.commands()) {
    const std::string& word = one.words.front();
    if (std::ranges::count(seen, word) > 0) continue;
    seen.push_back(word);
    const CommandTable part = commands::commands_of(word);
    for (const Command& of_part : part.commands())
      if (of_part.words.front() == word) parts.push_back(join(of_part.words, " "));
  }
  std::vector<std::string> all = words_of(table);
  std::ranges::sort(all);
  std::ranges::sort(parts);
  BOOST_TEST(parts == all, boost::test_tools::per_element());
  BOOST_TEST(commands::commands_of("vide").commands().empty());
}

BOOST_AUTO_TEST_SUITE_END()
