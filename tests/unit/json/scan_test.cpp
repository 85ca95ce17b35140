// SPDX-License-Identifier: Apache-2.0
#include "core/json/scan.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace heygen::json;

namespace {

using Copy = std::size_t (*)(std::string_view, char*);

/// What `copy` takes of `text`, which is checked to be what it copied.
std::size_t copied(Copy copy, const std::string& text) {
  std::string out(text.size(), '#');
  const std::size_t count = copy(text, out.data());
  BOOST_REQUIRE_LE(count, text.size());
  BOOST_REQUIRE_EQUAL(out.substr(0, count), text.substr(0, count));
  return count;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(json_scan)

BOOST_AUTO_TEST_CASE(each_byte_at_each_place_stops_both_ways_alike) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    const bool mark = byte == '"' || byte == '\\', plain = byte >= 0x20 && byte < 0x80 && !mark;
    for (std::size_t size = 1; size <= 40; ++size) {
      for (std::size_t at = 0; at < size; ++at) {
        std::string text(size, 'x');
        text[at] = static_cast<char>(byte);
        BOOST_REQUIRE_EQUAL(copied(copy_plain, text), plain ? size : at);
        BOOST_REQUIRE_EQUAL(copied(portable_copy_plain, text), plain ? size : at);
        BOOST_REQUIRE_EQUAL(length_to_mark(text), mark ? at : size);
        BOOST_REQUIRE_EQUAL(portable_length_to_mark(text), mark ? at : size);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(the_first_of_two_stops_counts) {
  const std::string text = "0123456789abcdef\\x\"";
  BOOST_TEST(copied(copy_plain, text) == 16U);
  BOOST_TEST(copied(portable_copy_plain, text) == 16U);
  BOOST_TEST(length_to_mark(text) == 16U);
  BOOST_TEST(portable_length_to_mark(text) == 16U);
  BOOST_TEST(copied(copy_plain, "") == 0U);
  BOOST_TEST(length_to_mark("") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
