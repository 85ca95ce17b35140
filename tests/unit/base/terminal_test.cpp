// SPDX-License-Identifier: Apache-2.0
#include "core/base/terminal.hpp"

#include <fcntl.h>

#include <array>
#include <boost/test/unit_test.hpp>

#include "core/base/file.hpp"

using namespace heygen;

namespace {

/// What `action` writes to stderr.
template <class Action>
std::string stderr_of(Action action) {
  std::array<int, 2> ends{};
  BOOST_REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
  const UniqueFd in(ends[0]);
  UniqueFd out(ends[1]);
  const UniqueFd before(dup(STDERR_FILENO));
  dup2(out.get(), STDERR_FILENO);
  action();
  dup2(before.get(), STDERR_FILENO);
  out.reset();
  return read_to_end(in.get(), 1000);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(base_terminal)

BOOST_AUTO_TEST_CASE(notice_escapes_what_a_terminal_would_obey_and_indents_further_lines) {
  BOOST_TEST(stderr_of([] { system_terminal().notice("two\nlines \x1b[31mred\r \xe2\x80\xae"); }) ==
             "two\n  lines <U+001B>[31mred  <U+202E>\n");
}

BOOST_AUTO_TEST_SUITE_END()
