// SPDX-License-Identifier: Apache-2.0
#include "core/base/environment.hpp"

#include <boost/test/unit_test.hpp>

#include "core/base/error.hpp"
#include "tests/support/error.hpp"

using namespace heygen;

namespace {

bool is_on_with(const std::string& value) {
  const std::map<std::string, std::string, std::less<>> variables{{"X", value}};
  return MapEnvironment(variables).is_on("X");
}

}  // namespace

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

BOOST_AUTO_TEST_CASE(own_boolean_takes_known_words_only) {
  for (const char* on : {"1", "TRUE", " yes\r\n", "On"}) BOOST_TEST(is_on_with(on), on);
  for (const char* off : {"0", "False", "no ", "OFF", "", " \t"}) BOOST_TEST(!is_on_with(off), off);
  BOOST_TEST(!MapEnvironment({}).is_on("X"));
  for (const char* unknown : {"maybe", "2", "enabled", "y", "tru", "disable"}) {
    const Error error = test::error_of([&] { static_cast<void>(is_on_with(unknown)); });
    BOOST_TEST((error.exit == Exit::usage));
    BOOST_TEST(error.message() ==
               "X is '" + std::string(unknown) + "', but must be 1, true, yes, on, 0, false, no, or off.");
    BOOST_TEST(error.hint == "Correct or unset X.");
  }
  const std::string key = "sk-0123456789";
  const Error error = test::error_of([&] { static_cast<void>(is_on_with(key)); });
  BOOST_TEST(error.message().find(key) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(blank_variable_counts_as_unset) {
  const MapEnvironment env({{"BLANK", " \t\r\n"}, {"KEPT", " x "}});
  BOOST_TEST(!env.has("BLANK"));
  BOOST_TEST(env.value("BLANK") == "");
  BOOST_TEST(env.value("KEPT") == " x ");
}

BOOST_AUTO_TEST_SUITE_END()
