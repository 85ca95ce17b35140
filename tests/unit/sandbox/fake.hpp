// SPDX-License-Identifier: Apache-2.0
// A clock that moves only when told, and random bytes that are always the same.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

#include "sdk/sandbox/base/clock.hpp"

namespace heygen::sandbox {

class FakeClock : public Clock {
 public:
  std::int64_t now() const override { return 1'800'000'000 + time_.count() / 1000; }
  std::chrono::milliseconds monotonic() const override { return time_; }
  void advance(std::chrono::milliseconds time) { time_ += time; }

 private:
  std::chrono::milliseconds time_{5000};
};

/// Looks random, and is the same in every run.
class SeededRandom : public Random {
 public:
  std::string bytes(std::size_t size) override {
    std::string out;
    while (out.size() < size) out += static_cast<char>(engine_() & 0xff);
    return out;
  }

 private:
  std::mt19937 engine_{7};
};

}  // namespace heygen::sandbox
