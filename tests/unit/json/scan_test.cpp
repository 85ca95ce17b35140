// SPDX-License-Identifier: Apache-2.0
#include "core/json/scan.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace heygen::json;

BOOST_AUTO_TEST_SUITE(json_scan)

BOOST_AUTO_TEST_CASE(each_byte_at_each_place_stops_both_ways_alike) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    const bool plain = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
    for (std::size_t size = 1; size <= 40; ++size) {
      for (std::size_t at = 0; at < size; ++at) {
        std::string text(size, 'x');
        text[at] = static_cast<char>(byte);
        const std::size_t expected = plain ? size : at;
        BOOST_REQUIRE_EQUAL(plain_length(text), expected);
        BOOST_REQUIRE_EQUAL(portable_plain_length(text), expected);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(the_first_of_two_stops_counts) {
  const std::string text = "0123456789abcdef\\x\"";
  BOOST_TEST(plain_length(text) == 16U);
  BOOST_TEST(portable_plain_length(text) == 16U);
  BOOST_TEST(plain_length("") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
