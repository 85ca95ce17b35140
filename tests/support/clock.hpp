// SPDX-License-Identifier: Apache-2.0
// Clocks that a test sets.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"

namespace heygen::test {

inline constexpr std::int64_t kNow = 1'700'000'000;

/// Moves only by wait() and advance(), and by `step` with every look at monotonic(). Others may look from another
/// thread.
class FakeClock : public Clock {
 public:
  std::int64_t now() const override { return epoch_ + time_ / 1000; }
  std::chrono::milliseconds monotonic() const override {
    return std::chrono::milliseconds{time_.fetch_add(step) + step};
  }
  bool wait(std::chrono::milliseconds pause, const Cancel& cancel) override {
    if (cancel.requested()) return false;
    waits.push_back(pause.count());
    if (on_wait) on_wait();
    advance(pause);
    return !cancel.requested();
  }
  void advance(std::chrono::milliseconds time) { time_ += time.count(); }
  /// Seconds since 1970-01-01T00:00:00Z; monotonic() does not jump.
  void set_now(std::int64_t seconds) { epoch_ = seconds - time_ / 1000; }

  std::atomic<std::int64_t> step{0};  ///< milliseconds
  std::vector<std::int64_t> waits;    ///< milliseconds, in order
  std::function<void()> on_wait;

 private:
  mutable std::atomic<std::int64_t> time_{0};
  std::atomic<std::int64_t> epoch_{kNow};
};

/// The date is the test's; waiting takes its time, as threads that wait for each other need.
class FakeDate : public Clock {
 public:
  std::int64_t now() const override { return time; }
  std::chrono::milliseconds monotonic() const override { return system_clock().monotonic(); }
  bool wait(std::chrono::milliseconds pause, const Cancel& cancel) override {
    return system_clock().wait(pause, cancel);
  }
  std::int64_t time = kNow;
};

}  // namespace heygen::test
