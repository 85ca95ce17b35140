// SPDX-License-Identifier: Apache-2.0
#include "core/json/slice.hpp"

#include <array>
#include <boost/test/unit_test.hpp>

namespace heygen::json {
namespace {

std::optional<std::string_view> slice(std::string_view document, std::string_view path) {
  std::array<Place, 1> place{{{path}}};
  find(document, place);
  return place[0].value;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(slices)

BOOST_AUTO_TEST_CASE(value_is_found_by_its_path_with_its_bytes) {
  const std::string text = R"({"a":{"b,}":"x","c":[1.0,{"d":"]}\""},-0e+5]},"e":18446744073709551616})";
  BOOST_TEST(slice(text, "a.c").value() == R"([1.0,{"d":"]}\""},-0e+5])");
  BOOST_TEST(slice(text, "e").value() == "18446744073709551616");
  BOOST_TEST(slice(text, "").value() == text);
  BOOST_TEST(!slice(text, "a.x"));
  BOOST_TEST(!slice(text, "e.x"));
  BOOST_TEST(!slice("[1]", "0"));
}

BOOST_AUTO_TEST_CASE(one_pass_finds_all_places_and_counts_items) {
  const std::string text =
      R"({"a":{"l":[1,[2,3],{"x":4,"y":5},",]"],"n":"c"},"a.l":0,"m":true,"e":[],"o":{"p":1,"q":2}})";
  std::array<Place, 6> places{{{"a.l"}, {"a.n"}, {"m"}, {"e"}, {"o"}, {"a"}}};
  find(text, places);
  BOOST_TEST(places[0].value.value() == R"([1,[2,3],{"x":4,"y":5},",]"])");
  BOOST_TEST(places[0].items == 4U);
  BOOST_TEST(places[1].value.value() == "\"c\"");
  BOOST_TEST(places[2].value.value() == "true");
  BOOST_TEST(places[3].value.value() == "[]");
  BOOST_TEST(places[3].items == 0U);
  BOOST_TEST(places[4].value.value() == R"({"p":1,"q":2})");
  BOOST_TEST(places[4].items == 0U);
  BOOST_TEST(places[5].value.value().starts_with(R"({"l":)"));
}

BOOST_AUTO_TEST_CASE(last_of_doubled_names_hides_what_the_first_led_to) {
  const std::string text = R"({"a":{"l":[1]},"x":1,"\u0061":{"k":2},"x":{"y":3}})";
  BOOST_TEST(!slice(text, "a.l"));
  BOOST_TEST(slice(text, "a.k").value() == "2");
  BOOST_TEST(slice(text, "x.y").value() == "3");
  BOOST_TEST(!slice(R"({"a":{"l":1},"a":null})", "a.l"));
}

BOOST_AUTO_TEST_CASE(items_are_cut_only_at_their_own_commas) {
  const auto items = items_of(R"([{"a":[1,2]},"x,]\\",[],null])").value();
  BOOST_TEST(items == (std::vector<std::string_view>{R"({"a":[1,2]})", R"("x,]\\")", "[]", "null"}),
             boost::test_tools::per_element());
  BOOST_TEST(items_of("[]").value().empty());
  BOOST_TEST(!items_of("null"));
  BOOST_TEST(!items_of("{}"));
}

BOOST_AUTO_TEST_CASE(name_may_be_escaped_and_of_doubled_names_the_last_counts) {
  const auto members = members_of(R"({"d\u0061ta":1,"x":2,"data":3,"":4})");
  BOOST_TEST_REQUIRE(members.size() == 3U);
  BOOST_TEST(members[0].name == "x");
  BOOST_TEST(members[1].name == "data");
  BOOST_TEST(members[1].whole == R"("data":3)");
  BOOST_TEST(members[2].value == "4");
  BOOST_TEST(members_of("{}").empty());
  BOOST_TEST(members_of("[1]").empty());
}

BOOST_AUTO_TEST_CASE(members_are_found_in_linear_time_whatever_their_number) {
  std::string text = "{";
  for (int i = 0; i < 200'000; ++i) text += "\"name" + std::to_string(i) + "\":" + std::to_string(i) + ",";
  text += "\"name7\":\"last\"}";
  const auto members = members_of(text);  // quadratic, this would take minutes
  BOOST_REQUIRE_EQUAL(members.size(), 200'000U);
  BOOST_TEST(members.front().name == "name0");
  BOOST_TEST(members[7].name == "name8");
  BOOST_TEST(members.back().value == "\"last\"");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace heygen::json
