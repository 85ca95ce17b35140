// SPDX-License-Identifier: Apache-2.0
#include "core/base/encode.hpp"

#include <boost/test/unit_test.hpp>

using namespace heygen;

BOOST_AUTO_TEST_SUITE(base_encode)

BOOST_AUTO_TEST_CASE(hex_encode_writes_two_digits_per_byte) {
  BOOST_TEST(hex_encode("") == "");
  BOOST_TEST(hex_encode(std::string_view("\0\x0f\xff", 3)) == "000fff");
}

BOOST_AUTO_TEST_CASE(hex_digit_reads_both_cases_and_nothing_else) {
  BOOST_TEST(hex_digit('0') == 0);
  BOOST_TEST(hex_digit('f') == 15);
  BOOST_TEST(hex_digit('A') == 10);
  for (const char other : {'g', 'G', '/', ':', '@', '`', ' ', '\0'}) BOOST_TEST(hex_digit(other) == -1);
}

BOOST_AUTO_TEST_CASE(base64_matches_the_vectors_of_rfc_4648) {
  BOOST_TEST(base64_encode("") == "");
  BOOST_TEST(base64_encode("f") == "Zg==");
  BOOST_TEST(base64_encode("fo") == "Zm8=");
  BOOST_TEST(base64_encode("foobar") == "Zm9vYmFy");
  BOOST_TEST(base64_encode("\xfb\xff") == "+/8=");
}

BOOST_AUTO_TEST_CASE(base64url_has_its_own_alphabet_and_no_padding) {
  BOOST_TEST(base64url_encode("f") == "Zg");
  BOOST_TEST(base64url_encode("\xfb\xff") == "-_8");
}

BOOST_AUTO_TEST_CASE(percent_encode_keeps_only_unreserved) {
  BOOST_TEST(percent_encode("a b/~é*") == "a%20b%2F~%C3%A9%2A");
}

BOOST_AUTO_TEST_CASE(percent_decode_reverses_percent_encode) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  BOOST_TEST(percent_decode(percent_encode(bytes)).value() == bytes);
}

BOOST_AUTO_TEST_CASE(percent_decode_reads_plus_as_asked) {
  BOOST_TEST(percent_decode("a+b%2B").value() == "a+b+");
  BOOST_TEST(percent_decode("a+b%2B", Plus::space).value() == "a b+");
}

BOOST_AUTO_TEST_CASE(dot_segments_are_found_in_any_spelling) {
  for (const char* path : {".", "..", "/a/../b", "a/.", "%2e", "a/.%2E/b", "a%2F..%2fb", "a%5c..", "a\\..\\b",
                           "%252e%252e", "..;x=1/b", "%25252525252525252e"})
    BOOST_TEST(has_dot_segment(path), path);
  for (const char* path : {"", "/", "...", "/a..b/.c/d.", "%2e%2ea", "100%25", "%zz", "a%2fb"})
    BOOST_TEST(!has_dot_segment(path), path);
}

BOOST_AUTO_TEST_CASE(percent_decode_rejects_incomplete_escapes) {
  for (const char* text : {"%", "%4", "a%", "%4g", "%g4", "%%41", "% 41"})
    BOOST_TEST(!percent_decode(text).has_value(), text);
}

BOOST_AUTO_TEST_SUITE_END()
