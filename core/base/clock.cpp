// SPDX-License-Identifier: Apache-2.0
#include "core/base/clock.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

#include "core/base/cancel.hpp"

namespace heygen {

namespace {

class SystemClock : public Clock {
 public:
  std::int64_t now() const override {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
  std::chrono::milliseconds monotonic() const override {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
  }
  bool wait(std::chrono::milliseconds time, const Cancel& cancel) override {
    const auto end = monotonic() + time;
    while (!cancel.requested()) {
      const auto left = end - monotonic();
      if (left.count() <= 0) return true;
      pollfd stop{cancel.descriptor(), POLLIN, 0};
      constexpr std::int64_t kLongestPoll = 1'000'000;
      poll(&stop, 1, static_cast<int>(std::min<std::int64_t>(left.count(), kLongestPoll)));
    }
    return false;
  }
};

/// Takes `digits` decimal digits off the front; -1 when it has fewer.
int take(std::string_view& text, std::size_t digits) {
  int value = 0;
  const char* end = text.data() + digits;
  if (text.size() < digits || text[0] < '0' || text[0] > '9') return -1;
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end) return -1;
  text.remove_prefix(digits);
  return value;
}

bool skip(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// Seconds east of UTC; empty when `text` is not an offset.
std::optional<int> parse_offset(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-')) return {};
  const int sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  const int hours = take(text, 2);
  const bool colon = skip(text, ":");
  const int minutes = take(text, 2);
  if (hours < 0 || hours > 23 || !colon || minutes < 0 || minutes > 59) return {};
  return sign * (hours * 3600 + minutes * 60);
}

}  // namespace

Clock& system_clock() {
  static SystemClock clock;
  return clock;
}

std::chrono::milliseconds stopped_time(std::chrono::milliseconds asked, std::chrono::milliseconds slept) {
  constexpr std::chrono::milliseconds kBusy{250};
  return slept - asked > kBusy ? slept : std::chrono::milliseconds::zero();
}

std::string format_duration(std::chrono::milliseconds time) {
  if (time.count() % 1000 != 0) return std::to_string(time.count()) + "ms";
  const std::int64_t seconds = time.count() / 1000;
  std::string out;
  if (seconds >= 3600) out += std::to_string(seconds / 3600) + "h";
  if (seconds / 60 % 60 > 0) out += std::to_string(seconds / 60 % 60) + "m";
  if (seconds % 60 > 0 || out.empty()) out += std::to_string(seconds % 60) + "s";
  return out;
}

std::string format_time(std::int64_t seconds) {
  using namespace std::chrono;
  // Years 1 to 9999: what RFC 3339 can write.
  constexpr std::int64_t kLeast = -62'135'596'800, kMost = 253'402'300'799;
  const sys_seconds time{std::chrono::seconds{std::clamp(seconds, kLeast, kMost)}};
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return out.data();
}

std::optional<std::int64_t> parse_time(std::string_view text) {
  using namespace std::chrono;
  const int y = take(text, 4);
  if (y < 0 || !skip(text, "-")) return {};
  const int m = take(text, 2);
  if (m < 0 || !skip(text, "-")) return {};
  const int d = take(text, 2);
  if (d < 0 || !skip(text, "Tt ")) return {};
  const int hour = take(text, 2);
  if (hour < 0 || hour > 23 || !skip(text, ":")) return {};
  const int minute = take(text, 2);
  if (minute < 0 || minute > 59 || !skip(text, ":")) return {};
  const int second = take(text, 2);
  if (second < 0 || second > 60) return {};
  if (skip(text, ".")) {
    if (text.empty() || text.front() < '0' || text.front() > '9') return {};
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') text.remove_prefix(1);
  }
  const std::optional<int> offset = parse_offset(text);
  const year_month_day date{year{y}, month{static_cast<unsigned>(m)}, day{static_cast<unsigned>(d)}};
  if (!offset || !date.ok()) return {};
  const std::int64_t days_seconds = sys_days{date}.time_since_epoch().count() * std::int64_t{86'400};
  return days_seconds + (hour * 3600 + minute * 60 + second - *offset);
}

}  // namespace heygen
