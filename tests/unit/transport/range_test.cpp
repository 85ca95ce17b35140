// SPDX-License-Identifier: Apache-2.0
#include "core/transport/rules/range.hpp"

#include <boost/test/unit_test.hpp>

using namespace heygen::transport;
using heygen::net::Headers;

namespace {

constexpr const char* kDate = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr const char* kMinuteBefore = "Sun, 06 Nov 1994 08:48:37 GMT";
constexpr const char* kLater = "Sun, 06 Nov 1994 08:48:38 GMT";

std::string value_of(const Headers& headers) {
  const auto validator = strong_validator(headers);
  return validator ? validator->name + " " + validator->value : "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(range)

BOOST_AUTO_TEST_CASE(only_a_strong_etag_is_a_validator) {
  BOOST_TEST(value_of({{"etag", "\"a-1\""}}) == "ETag \"a-1\"");
  BOOST_TEST(value_of({{"ETag", "\"\""}}) == "ETag \"\"");
  for (const char* bad : {"W/\"a\"", "w/\"a\"", "a", "\"", "\"a\"b\"", "\"a b\"", "\"\xc3\xa9\"", "'a'", ""})
    BOOST_TEST(value_of({{"ETag", bad}}).empty(), bad);
}

BOOST_AUTO_TEST_CASE(weak_etag_is_not_made_up_for_by_a_date) {
  BOOST_TEST(value_of({{"ETag", "W/\"a\""}, {"Last-Modified", kMinuteBefore}, {"Date", kDate}}).empty());
}

BOOST_AUTO_TEST_CASE(date_is_a_validator_when_the_file_had_settled) {
  BOOST_TEST(value_of({{"Last-Modified", kMinuteBefore}, {"Date", kDate}}) ==
             std::string("Last-Modified ") + kMinuteBefore);
  BOOST_TEST(value_of({{"Last-Modified", kLater}, {"Date", kDate}}).empty());
  BOOST_TEST(value_of({{"Last-Modified", kMinuteBefore}}).empty());
  BOOST_TEST(value_of({{"Last-Modified", "yesterday"}, {"Date", kDate}}).empty());
}

BOOST_AUTO_TEST_CASE(content_range_is_whole_or_nothing) {
  const auto range = parse_content_range("bytes 5-9/10");
  BOOST_REQUIRE(range.has_value());
  BOOST_TEST((*range == ContentRange{5, 9, 10}));
  BOOST_TEST(parse_content_range("Bytes 0-0/18446744073709551615").has_value());
  for (const char* bad : {"", "bytes", "bytes */10", "bytes 5-9/*", "bytes 9-5/10", "bytes 5-10/10", "bytes 5-9/10 ",
                          "bytes=5-9/10", "bytes -9/10", "bytes 5-/10", "items 5-9/10",
                          "bytes 5-9/18446744073709551616", "bytes +5-9/10", "bytes 5 - 9/10"})
    BOOST_TEST(!parse_content_range(bad).has_value(), bad);
}

BOOST_AUTO_TEST_CASE(ranges_must_be_offered_in_bytes) {
  BOOST_TEST(offers_ranges({{"accept-ranges", "bytes"}}));
  BOOST_TEST(offers_ranges({{"Accept-Ranges", "pages, Bytes"}}));
  BOOST_TEST(!offers_ranges({{"Accept-Ranges", "none"}}));
  BOOST_TEST(!offers_ranges({}));
}

BOOST_AUTO_TEST_CASE(only_unencoded_bytes_can_be_resumed) {
  BOOST_TEST(is_unencoded({}));
  BOOST_TEST(is_unencoded({{"Content-Encoding", "identity"}}));
  BOOST_TEST(!is_unencoded({{"Content-Encoding", "gzip"}}));
}

BOOST_AUTO_TEST_CASE(stored_validator_is_checked_again) {
  BOOST_TEST(is_usable({"ETag", "\"a\""}));
  BOOST_TEST(is_usable({"Last-Modified", kDate}));
  BOOST_TEST(!is_usable({"ETag", "W/\"a\""}));
  BOOST_TEST(!is_usable({"Last-Modified", "\r\nX: y"}));
  BOOST_TEST(!is_usable({"Other", "\"a\""}));
}

BOOST_AUTO_TEST_SUITE_END()
