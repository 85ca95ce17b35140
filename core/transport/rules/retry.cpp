// SPDX-License-Identifier: Apache-2.0
#include "core/transport/rules/retry.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "core/base/clock.hpp"
#include "core/base/environment.hpp"
#include "core/base/error.hpp"
#include "core/base/random.hpp"
#include "core/base/text.hpp"
#include "core/net/status.hpp"

namespace heygen::transport {

namespace {

constexpr std::chrono::milliseconds kFirstPause{1'000};
constexpr std::chrono::milliseconds kLongestPause{30'000};
constexpr int kDefaultRetries = 2;
constexpr int kMostRetries = 100;

template <typename Items, typename Item>
bool contains(const Items& items, const Item& item) {
  return std::ranges::find(items, item) != items.end();
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool may_retry(std::string_view method, int status, bool keyed) {
  constexpr std::array kStatuses{500, 502, 503, 504};
  return status == net::status::kTooMany || (contains(kStatuses, status) && (keyed || net::is_idempotent(method)));
}

bool may_retry(std::string_view method, net::Failure::Kind kind, bool keyed) {
  using Kind = net::Failure::Kind;
  const bool unreached = kind == Kind::resolve || kind == Kind::connect || kind == Kind::reset;
  if (keyed) return unreached || kind == Kind::timeout || kind == Kind::truncated;
  return unreached && net::is_idempotent(method);
}

bool is_too_long(std::optional<std::int64_t> retry_after) {
  return retry_after && *retry_after > kLongestPause / std::chrono::seconds(1);
}

std::string wait_advice(std::optional<std::int64_t> retry_after, std::int64_t now) {
  constexpr std::int64_t kMinute = 60;
  if (!retry_after || *retry_after <= 0) return {};
  const std::int64_t seconds = std::min(*retry_after, kLongestRetryAfter);
  const bool is_longest = seconds == kLongestRetryAfter;
  std::string text = is_longest ? "a day or longer" : format_duration(std::chrono::seconds(seconds));
  if (seconds > kMinute && !is_longest) text += " (" + std::to_string(seconds) + " seconds)";
  return "The server asks to wait " + text + ": try again after " + format_time(now + seconds) + ".";
}

std::chrono::milliseconds pause_before(int retry, double unit, std::optional<std::int64_t> retry_after) {
  std::chrono::milliseconds pause = kFirstPause;
  for (int i = 0; i < retry && pause < kLongestPause; ++i) pause *= 2;
  pause = std::min(pause, kLongestPause);
  pause = std::chrono::milliseconds(
      static_cast<std::int64_t>(static_cast<double>(pause.count()) * (0.75 + unit / 2) + 0.5));
  if (!retry_after) return pause;
  constexpr std::int64_t kLongest = kLongestPause / std::chrono::seconds(1);
  return std::max(pause, std::chrono::milliseconds(std::clamp<std::int64_t>(*retry_after, 0, kLongest) * 1000));
}

int max_retries_of(const Environment& environment) {
  const std::string given = environment.value("HEYGEN_MAX_RETRIES");
  if (given.empty()) return kDefaultRetries;
  const std::string text(trim(given));
  int retries = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), retries);
  if (all_digits(text) && failure == std::errc{} && retries <= kMostRetries) return retries;
  throw usage_error("HEYGEN_MAX_RETRIES is '" + shown_word(given) + "', but must be a whole number from 0 to " +
                        std::to_string(kMostRetries) + ".",
                    "Correct or unset HEYGEN_MAX_RETRIES.");
}

Retries::Retries(int most, Clock& clock, Random& random, const Cancel& cancel,
                 std::optional<std::chrono::milliseconds> deadline)
    : most_(most), clock_(clock), random_(random), cancel_(cancel), deadline_(deadline) {}

std::optional<std::chrono::milliseconds> Retries::time_left() const {
  if (!deadline_) return {};
  return std::max(*deadline_ - clock_.monotonic(), std::chrono::milliseconds::zero());
}

std::optional<std::int64_t> Retries::retry_after(const net::Response& response) const {
  return retry_after_of(response.headers, clock_.now());
}

void Retries::wait(std::chrono::milliseconds time, const std::function<void(std::chrono::milliseconds)>& tick) {
  constexpr std::chrono::milliseconds kTick{1'000};
  for (const auto end = clock_.monotonic() + time;;) {
    const std::chrono::milliseconds rest = end - clock_.monotonic();
    if (tick) tick(std::max(rest, std::chrono::milliseconds::zero()));
    if (rest.count() <= 0) return;
    if (!clock_.wait(tick ? std::min(rest, kTick) : rest, cancel_)) throw canceled_error();
  }
}

void Retries::pause(std::optional<std::int64_t> retry_after, const Told& told) {
  const auto time = pause_before(used_++, random_.unit(), retry_after);
  if (told.announce)
    told.announce(std::string(told.what) + " " + std::to_string(used_) + " of " + std::to_string(most_) + " in " +
                  std::to_string(time.count()) + " ms");
  const auto left = time_left();
  wait(std::min(time, left.value_or(time)), told.tick);
  if (left && *left <= time) {
    throw Error(code::kTimeout, "Timed out before the request could be retried.",
                "Try again later, or allow more time.", Exit::timeout);
  }
}

}  // namespace heygen::transport
