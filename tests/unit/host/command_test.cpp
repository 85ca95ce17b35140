// SPDX-License-Identifier: Apache-2.0
#include "host/command.hpp"

#include <boost/test/unit_test.hpp>

using heygen::host::paragraphs;

BOOST_AUTO_TEST_SUITE(command)

BOOST_AUTO_TEST_CASE(paragraphs_joins_the_lines_of_a_paragraph) {
  BOOST_TEST(paragraphs("\nOne two\nthree.") == "One two three.");
}

BOOST_AUTO_TEST_CASE(paragraphs_keeps_empty_and_indented_lines) {
  BOOST_TEST(paragraphs("One.\n\nTwo\nthree:\n  code\n  more\nFour\nfive.") ==
             "One.\n\nTwo three:\n  code\n  more\nFour five.");
}

BOOST_AUTO_TEST_SUITE_END()
