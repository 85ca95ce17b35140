// A clock that moves only when told, and random bytes that are always the same.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/random.hpp"

namespace heygen::sandbox {

class FakeClock : public Clock {
 public:
  std::int64_t now() const override { return 1'800'000'000 + time_.count() / 1000; }
  std::chrono::milliseconds monotonic() const override { return time_; }
  bool wait(std::chrono::milliseconds time, const Cancel&) override {
    time_ += time;
    return true;
  }
  void advance(std::chrono::milliseconds time) { time_ += time; }

 private:
  std::chrono::milliseconds time_{5000};
};

/// Looks random, and is the same in every run.
class SeededRandom : public Random {
 public:
  void fill(std::span<std::byte> out) override {
    for (std::byte& byte : out) byte = static_cast<std::byte>(engine_() & 0xff);
  }

 private:
  std::mt19937 engine_{7};
};

}  // namespace heygen::sandbox
