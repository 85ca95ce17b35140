// SPDX-License-Identifier: Apache-2.0
// Randomness, passed in so that tests can fix jitter and secrets.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace heygen {

class Random {
 public:
  virtual ~Random() = default;
  /// Cryptographically strong bytes. Throws Error when the system gives none.
  virtual void fill(std::span<std::byte> out) = 0;
  /// Uniform in [0, 1).
  double unit();
};

/// RFC 9562, version 4: "3f1c9a52-…", 36 characters.
std::string new_uuid(Random& random);

/// getrandom(2). Thread-safe.
Random& system_random();

}  // namespace heygen
