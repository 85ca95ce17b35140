// SPDX-License-Identifier: Apache-2.0
// Random bytes that are the same in every run.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "core/base/random.hpp"

namespace heygen::test {

/// Every byte is `byte`: 0x00 makes unit() 0, 0x80 about one half.
class FakeRandom : public Random {
 public:
  explicit FakeRandom(std::byte every = std::byte{0}) : byte(every) {}
  void fill(std::span<std::byte> out) override { std::ranges::fill(out, byte); }
  std::byte byte;
};

}  // namespace heygen::test
