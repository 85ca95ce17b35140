// SPDX-License-Identifier: Apache-2.0
#include "core/base/clock.hpp"

#include <poll.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <thread>

#include "core/base/cancel.hpp"

using namespace heygen;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(base_clock)

BOOST_AUTO_TEST_CASE(parse_time_reads_any_offset_and_fraction) {
  BOOST_TEST(parse_time("1970-01-01T00:00:00Z").value() == 0);
  BOOST_TEST(parse_time("2020-01-01T00:00:00Z").value() == 1577836800);
  BOOST_TEST(parse_time("2098-12-31T23:59:59.123+05:30").value() == parse_time("2098-12-31T18:29:59Z").value());
  BOOST_TEST(parse_time("2024-02-29t12:00:00z").has_value());
  BOOST_TEST(parse_time("2016-12-31T23:59:60Z").value() == parse_time("2017-01-01T00:00:00Z").value());
}

BOOST_AUTO_TEST_CASE(parse_time_rejects_other_text) {
  for (const char* text : {"", "next tuesday", "2020-01-01", "2020-01-01T00:00:00", "2020-13-01T00:00:00Z",
                           "2023-02-29T00:00:00Z", "2020-01-01T24:00:00Z", "2020-01-01T00:00:00.Z",
                           "2020-01-01T00:00:00+5:30", "2020-01-01T00:00:00Zx", "20a0-01-01T00:00:00Z"}) {
    BOOST_TEST(!parse_time(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(format_time_is_read_back_and_clamps_other_years) {
  for (const std::int64_t time : {std::int64_t{0}, std::int64_t{951782400}, std::int64_t{4102444799}}) {
    BOOST_TEST(parse_time(format_time(time)).value() == time);
  }
  BOOST_TEST(format_time(INT64_MAX) == "9999-12-31T23:59:59Z");
  BOOST_TEST(format_time(INT64_MIN) == "0001-01-01T00:00:00Z");
}

BOOST_AUTO_TEST_CASE(format_duration_names_only_units_that_count) {
  BOOST_TEST(format_duration(0s) == "0s");
  BOOST_TEST(format_duration(30s) == "30s");
  BOOST_TEST(format_duration(20min + 5s) == "20m5s");
  BOOST_TEST(format_duration(1h + 30min) == "1h30m");
  BOOST_TEST(format_duration(1h + 1s) == "1h1s");
  BOOST_TEST(format_duration(100ms) == "100ms");
  BOOST_TEST(format_duration(1500ms) == "1500ms");
}

BOOST_AUTO_TEST_CASE(canceled_wait_ends_at_once) {
  Cancel cancel;
  std::thread stopper([&] { cancel.request(); });
  BOOST_TEST(!system_clock().wait(std::chrono::hours(1), cancel));
  stopper.join();
  pollfd ready{cancel.descriptor(), POLLIN, 0};
  BOOST_TEST(poll(&ready, 1, 0) == 1);
}

BOOST_AUTO_TEST_SUITE_END()
