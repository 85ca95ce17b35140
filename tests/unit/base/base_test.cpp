#include <poll.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <thread>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/environment.hpp"
#include "core/base/random.hpp"
#include "core/base/secret.hpp"
#include "core/base/encode.hpp"
#include "core/base/text.hpp"

using namespace heygen;

BOOST_AUTO_TEST_SUITE(base_time)

BOOST_AUTO_TEST_CASE(rfc3339_with_any_offset_and_fraction_is_read) {
  BOOST_TEST(parse_time("1970-01-01T00:00:00Z").value() == 0);
  BOOST_TEST(parse_time("2020-01-01T00:00:00Z").value() == 1577836800);
  BOOST_TEST(parse_time("2098-12-31T23:59:59.123+05:30").value() == parse_time("2098-12-31T18:29:59Z").value());
  BOOST_TEST(parse_time("2024-02-29t12:00:00z").has_value());
  BOOST_TEST(parse_time("2016-12-31T23:59:60Z").value() == parse_time("2017-01-01T00:00:00Z").value());
}

BOOST_AUTO_TEST_CASE(what_is_no_time_is_empty) {
  for (const char* text : {"", "next tuesday", "2020-01-01", "2020-01-01T00:00:00", "2020-13-01T00:00:00Z",
                           "2023-02-29T00:00:00Z", "2020-01-01T24:00:00Z", "2020-01-01T00:00:00.Z",
                           "2020-01-01T00:00:00+5:30", "2020-01-01T00:00:00Zx", "20a0-01-01T00:00:00Z"}) {
    BOOST_TEST(!parse_time(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(format_and_parse_are_inverse_and_out_of_range_is_clamped) {
  for (const std::int64_t time : {std::int64_t{0}, std::int64_t{951782400}, std::int64_t{4102444799}}) {
    BOOST_TEST(parse_time(format_time(time)).value() == time);
  }
  BOOST_TEST(format_time(INT64_MAX) == "9999-12-31T23:59:59Z");
  BOOST_TEST(format_time(INT64_MIN) == "0001-01-01T00:00:00Z");
}

BOOST_AUTO_TEST_CASE(a_wait_ends_at_once_when_cancelled) {
  Cancel cancel;
  std::thread stopper([&] { cancel.request(); });
  BOOST_TEST(!system_clock().wait(std::chrono::hours(1), cancel));
  stopper.join();
  pollfd ready{cancel.descriptor(), POLLIN, 0};
  BOOST_TEST(poll(&ready, 1, 0) == 1);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(base_text)

BOOST_AUTO_TEST_CASE(nothing_from_outside_moves_the_cursor) {
  BOOST_TEST(printable("a\x1b]0;pwn\x07"
                       "b") == "a<U+001B>]0;pwn<U+0007>b");
  BOOST_TEST(printable("\xc2\x9b"
                       "31m") == "<U+009B>31m");
  BOOST_TEST(printable("\xe2\x80\xae"
                       "gpj.exe") == "<U+202E>gpj.exe");
  BOOST_TEST(printable("a\nb\r\nc\td") == "a b  c d");
  BOOST_TEST(printable("a\nb\td", true) == "a\nb\td");
  BOOST_TEST(printable("日本 🎬 é") == "日本 🎬 é");
  BOOST_TEST(printable("\xff\xc0\x80z") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz");
}

BOOST_AUTO_TEST_CASE(a_near_word_is_suggested_and_a_far_one_is_not) {
  const std::vector<std::string> words{"video", "voice", "user"};
  BOOST_TEST(nearest("vidoe", words) == "video");
  BOOST_TEST(nearest("xyzzy", words).empty());
  BOOST_TEST(nearest("a", words).empty());
}

BOOST_AUTO_TEST_CASE(percent_encoding_keeps_only_unreserved) {
  BOOST_TEST(percent_encode("a b/~é*") == "a%20b%2F~%C3%A9%2A");
}

BOOST_AUTO_TEST_CASE(truthy_is_neither_empty_zero_nor_false) {
  const MapEnvironment env({{"A", "1"}, {"B", "0"}, {"C", "False"}, {"D", ""}, {"E", "no"}});
  BOOST_TEST(env.truthy("A"));
  BOOST_TEST(!env.truthy("B"));
  BOOST_TEST(!env.truthy("C"));
  BOOST_TEST(!env.truthy("D"));
  BOOST_TEST(env.truthy("E"));
  BOOST_TEST(!env.truthy("F"));
}

BOOST_AUTO_TEST_CASE(a_moved_secret_leaves_nothing_behind) {
  Secret first("long enough to live on the heap, not in the object");
  const Secret second(std::move(first));
  BOOST_TEST(first.empty());
  BOOST_TEST(second.reveal() == "long enough to live on the heap, not in the object");
}

BOOST_AUTO_TEST_CASE(unit_random_lies_in_the_half_open_interval) {
  for (int i = 0; i < 1000; ++i) {
    const double value = system_random().unit();
    BOOST_TEST((value >= 0 && value < 1));
  }
}

BOOST_AUTO_TEST_SUITE_END()
