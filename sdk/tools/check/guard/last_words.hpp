// SPDX-License-Identifier: Apache-2.0
// What a case leaves to its parent however it ends: memory that both have.
#pragma once

#include <array>
#include <string_view>

namespace heygen::check {

struct LastWords {
  volatile int signal;
  volatile int touched;
  volatile int closed;
  volatile int watched;         ///< what it writes is seen
  std::array<char, 256> where;  ///< the provider function that runs, or ran last
};

/// Of this check; the first use makes it. Throws std::system_error.
LastWords& last_words();
/// Before a case begins.
void clear_last_words();
void set_where(std::string_view where) noexcept;

}  // namespace heygen::check
