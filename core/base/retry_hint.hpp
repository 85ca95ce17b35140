// SPDX-License-Identifier: Apache-2.0
// The hint for the time that a server asks to wait.
#pragma once

#include <cstdint>
#include <string>

namespace heygen {

/// A day, in seconds. A server that asks to wait longer than that, or for a nonsensical time, counts as one that asks
/// for a day.
inline constexpr std::int64_t kLongestRetryAfter = 86'400;

/// The hint for that many seconds; 0: unknown.
std::string try_again(std::int64_t seconds);

}  // namespace heygen
