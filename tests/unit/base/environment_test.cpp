// SPDX-License-Identifier: Apache-2.0
#include "core/base/environment.hpp"

#include <boost/test/unit_test.hpp>

using namespace heygen;

BOOST_AUTO_TEST_SUITE(base_environment)

BOOST_AUTO_TEST_CASE(truthy_is_neither_blank_nor_a_word_for_no) {
  const MapEnvironment env(
      {{"A", "1"}, {"B", "0"}, {"C", "False"}, {"D", ""}, {"E", "yes"}, {"G", "No"}, {"H", "off"}, {"I", " "}});
  BOOST_TEST(env.truthy("A"));
  BOOST_TEST(!env.truthy("B"));
  BOOST_TEST(!env.truthy("C"));
  BOOST_TEST(!env.truthy("D"));
  BOOST_TEST(env.truthy("E"));
  BOOST_TEST(!env.truthy("F"));
  for (const char* no : {"G", "H", "I"}) BOOST_TEST(!env.truthy(no), no);
}

BOOST_AUTO_TEST_CASE(blank_variable_counts_as_unset) {
  const MapEnvironment env({{"BLANK", " \t\r\n"}, {"KEPT", " x "}});
  BOOST_TEST(!env.has("BLANK"));
  BOOST_TEST(env.value("BLANK") == "");
  BOOST_TEST(env.value("KEPT") == " x ");
}

BOOST_AUTO_TEST_SUITE_END()
