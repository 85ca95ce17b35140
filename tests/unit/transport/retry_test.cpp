// SPDX-License-Identifier: Apache-2.0
#include "core/transport/rules/retry.hpp"

#include "tests/unit/transport/fakes.hpp"

using namespace heygen;
using namespace heygen::transport;
using namespace heygen::transport::test;
using std::chrono::milliseconds;

namespace {

struct Pauses {
  Retries retries(int most, std::optional<milliseconds> deadline = {}) {
    return {most, clock, random, cancel, deadline};
  }
  void pause(Retries& retries, std::optional<std::int64_t> after = {}) {
    retries.pause(after, {[this](const std::string& line) { lines.push_back(line); }, {}});
  }
  FakeClock clock;
  FakeRandom random;
  Cancel cancel;
  std::vector<std::string> lines;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(retry, Pauses)

BOOST_AUTO_TEST_CASE(retries_are_counted_and_announced_before_the_pause) {
  Retries two = retries(2);
  BOOST_TEST(two.are_left());
  pause(two);
  pause(two, 5);
  BOOST_TEST(!two.are_left());
  BOOST_TEST((clock.waits == std::vector<std::int64_t>{750, 5000}));
  BOOST_TEST((lines == std::vector<std::string>{"retry 1 of 2 in 750 ms", "retry 2 of 2 in 5000 ms"}));
}

BOOST_AUTO_TEST_CASE(deadline_cuts_the_pause_and_ends_the_call) {
  Retries some = retries(3, clock.monotonic() + milliseconds(300));
  BOOST_TEST(some.time_left()->count() == 300);
  BOOST_CHECK_EXCEPTION(pause(some), Error, [](const Error& e) { return e.code == "timeout" && !e.hint.empty(); });
  BOOST_TEST((clock.waits == std::vector<std::int64_t>{300}));
  BOOST_TEST(some.time_left()->count() == 0);
}

BOOST_AUTO_TEST_CASE(canceled_pause_is_canceled) {
  cancel.request();
  Retries some = retries(3);
  BOOST_CHECK_EXCEPTION(pause(some), Error, [](const Error& e) { return e.code == "canceled"; });
}

BOOST_AUTO_TEST_CASE(body_is_consumed_when_it_cannot_be_rewound) {
  net::TextBody text("x");
  OneShotBody once("x");
  ReplayableBody none(nullptr), again(&text), consumed(&once);
  BOOST_TEST(none.rewind());
  BOOST_TEST(again.rewind());
  BOOST_TEST(!consumed.is_consumed());
  BOOST_TEST(!consumed.rewind());
  BOOST_TEST(consumed.is_consumed());
}

BOOST_AUTO_TEST_CASE(longest_of_several_retry_after_counts) {
  constexpr std::int64_t kNow = 1'700'000'000;  // 2023-11-14T22:13:20Z
  BOOST_TEST(retry_after_of({{"Retry-After", "1"}, {"retry-after", "3600"}}, kNow).value() == 3600);
  BOOST_TEST(retry_after_of({{"Retry-After", "3600"}, {"Retry-After", "soon"}}, kNow).value() == 3600);
  BOOST_TEST(retry_after_of({{"Retry-After", "1, 90"}}, kNow).value() == 90);
  BOOST_TEST(retry_after_of({{"Retry-After", "1"}, {"Retry-After", "Tue, 14 Nov 2023 22:23:20 GMT"}}, kNow).value() ==
             600);
  BOOST_TEST(!retry_after_of({{"ETag", "1"}}, kNow).has_value());
  for (const char* none : {"soon", "-4", "1.", ".5", "1.5.2", "5s", "Tue", ""})
    BOOST_TEST(!parse_retry_after(none, kNow).has_value(), none);
}

BOOST_AUTO_TEST_CASE(fraction_of_a_retry_after_is_rounded_up) {
  const std::pair<const char*, std::int64_t> values[] = {
      {"2.5", 3}, {"2.0", 2}, {"0.001", 1}, {"0", 0}, {"1.5, 2.25", 3}};
  for (const auto& [value, seconds] : values)
    BOOST_TEST(retry_after_of({{"Retry-After", value}}, 0).value() == seconds, value);
}

BOOST_AUTO_TEST_CASE(retry_after_of_more_than_a_day_counts_as_a_day_in_field_and_hint) {
  BOOST_TEST(parse_retry_after("86399", 0).value() == 86399);
  for (const char* value :
       {"86400", "86399.5", "86401", "315360000", "100000000000000000000", "Fri, 31 Dec 9999 23:59:59 GMT"}) {
    const auto seconds = parse_retry_after(value, 0);
    BOOST_TEST(seconds.value() == 86400, value);
    BOOST_TEST(wait_advice(seconds, 0) ==
               "The server asks to wait a day or longer: try again after 1970-01-02T00:00:00Z.");
  }
  BOOST_TEST(try_again(86400) == "Try again in a day at the earliest.");
  BOOST_TEST(try_again(7) == "Try again in 7 s.");
}

BOOST_AUTO_TEST_SUITE_END()
