// SPDX-License-Identifier: Apache-2.0
#include "core/base/retry_hint.hpp"

namespace heygen {

std::string try_again(std::int64_t seconds) {
  if (seconds <= 0) return "Try again later.";
  if (seconds >= kLongestRetryAfter) return "Try again in a day at the earliest.";
  return "Try again in " + std::to_string(seconds) + " s.";
}

}  // namespace heygen
