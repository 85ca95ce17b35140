// SPDX-License-Identifier: Apache-2.0
// Time, passed in so that tests need no sleep.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace heygen {

class Cancel;

class Clock {
 public:
  virtual ~Clock() = default;
  /// Seconds since 1970-01-01T00:00:00Z.
  virtual std::int64_t now() const = 0;
  /// Never steps back; arbitrary start.
  virtual std::chrono::milliseconds monotonic() const = 0;
  /// Returns false as soon as `cancel` is set, true after `time`.
  virtual bool wait(std::chrono::milliseconds time, const Cancel& cancel) = 0;
};

/// The system's clocks. Thread-safe.
Clock& system_clock();

/// Sleeps that a deadline depends on are no longer than this, so that a stop of the process shows.
inline constexpr std::chrono::milliseconds kLongestSleep{1000};
/// What of a sleep counts for no deadline, as the process was stopped in it (SIGSTOP, Ctrl-Z, a frozen container): all
/// of `slept` when that is much longer than `asked`, zero for the delays of a busy machine.
std::chrono::milliseconds stopped_time(std::chrono::milliseconds asked, std::chrono::milliseconds slept);

/// As a user types it: "20m5s", "1h", "750ms".
std::string format_duration(std::chrono::milliseconds time);

/// RFC 3339 in UTC with a trailing Z, whole seconds.
std::string format_time(std::int64_t seconds);
/// RFC 3339 with any offset; a fraction is cut off, a leap second counts as the next. Empty when `text` is not a time.
std::optional<std::int64_t> parse_time(std::string_view text);

}  // namespace heygen
