// SPDX-License-Identifier: Apache-2.0
// What may be sent again, and when.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/net/http.hpp"
#include "core/net/retry_after.hpp"

namespace heygen {
class Cancel;
class Clock;
class Environment;
class Random;
}  // namespace heygen

namespace heygen::transport {

/// 429 for every method; 500, 502, 503 and 504 for idempotent ones. keyed: the service acts once for all attempts,
/// which makes every method idempotent.
bool may_retry(std::string_view method, int status, bool keyed = false);
/// Failures to reach the server, for idempotent methods; with a key also timeouts and interrupted responses, which
/// leave open whether it acted.
bool may_retry(std::string_view method, net::Failure::Kind kind, bool keyed = false);

/// How often a request is sent again while an earlier one with the same key is still in progress: about 3 minutes.
inline constexpr int kMostInProgress = 9;

using net::parse_http_date;
using net::parse_retry_after;
using net::retry_after_of;

/// Longer than heygen waits by itself: asking earlier would be against the server's wish.
bool is_too_long(std::optional<std::int64_t> retry_after);

/// What to do about a Retry-After: the time, and when it will have passed; "" without one.
std::string wait_advice(std::optional<std::int64_t> retry_after, std::int64_t now);

/// The pause before retry number `retry` (from 0): 1s doubling to 30s, times 0.75 to 1.25 as `unit` goes from 0 to 1;
/// or what the server asked for, which is not too long, when that is longer.
std::chrono::milliseconds pause_before(int retry, double unit, std::optional<std::int64_t> retry_after);

/// HEYGEN_MAX_RETRIES, else 2. Throws Error{usage_error} unless it is a whole number from 0 to 100.
int max_retries_of(const Environment& environment);

/// A request body that may have to be sent more than once.
class ReplayableBody {
 public:
  explicit ReplayableBody(net::Body* body) : body_(body) {}
  /// Back to its start. False: it cannot be sent again.
  bool rewind() {
    consumed_ = body_ != nullptr && !body_->rewind();
    return !consumed_;
  }
  /// The last rewind() failed.
  bool is_consumed() const noexcept { return consumed_; }

 private:
  net::Body* body_;
  bool consumed_ = false;
};

/// The retries of one call: how many are left, and the pauses before them.
class Retries {
 public:
  /// `deadline`: on Clock::monotonic()'s scale, or none.
  Retries(int most, Clock& clock, Random& random, const Cancel& cancel,
          std::optional<std::chrono::milliseconds> deadline);

  bool are_left() const noexcept { return used_ < most_; }
  /// Until the deadline, never negative; empty without one.
  std::optional<std::chrono::milliseconds> time_left() const;
  /// As retry_after_of(), from now.
  std::optional<std::int64_t> retry_after(const net::Response& response) const;
  /// Called for a pause: first with its length; then about once a second with what is left. Either may be empty.
  struct Told {
    std::function<void(const std::string&)> announce;
    std::function<void(std::chrono::milliseconds)> tick;
    std::string_view what = "retry";
  };
  /// Waits before the next retry. Throws Error: canceled, or timeout when the deadline
  /// comes before the pause ends.
  void pause(std::optional<std::int64_t> retry_after, const Told& told);

 private:
  void wait(std::chrono::milliseconds time, const std::function<void(std::chrono::milliseconds)>& tick);

  int most_;
  Clock& clock_;
  Random& random_;
  const Cancel& cancel_;
  std::optional<std::chrono::milliseconds> deadline_;
  int used_ = 0;
};

}  // namespace heygen::transport
