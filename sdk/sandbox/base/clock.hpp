// SPDX-License-Identifier: Apache-2.0
// Time and randomness, passed in so that tests need no sleep and give the same in every run.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace heygen::sandbox {

class Clock {
 public:
  virtual ~Clock() = default;
  /// Seconds since 1970-01-01T00:00:00Z.
  virtual std::int64_t now() const = 0;
  /// Never steps back; arbitrary start.
  virtual std::chrono::milliseconds monotonic() const = 0;
};
/// Thread-safe.
const Clock& system_clock();

class Random {
 public:
  virtual ~Random() = default;
  virtual std::string bytes(std::size_t size) = 0;
};
/// The kernel's. Thread-safe.
Random& system_random();

/// RFC 3339 in UTC, whole seconds.
std::string format_time(std::int64_t seconds);

}  // namespace heygen::sandbox
