// SPDX-License-Identifier: Apache-2.0
// The time left at the end of a line, as a provider words it.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace heygen::provider {

struct Countdown {
  std::string what;                               ///< "Waiting for approval"
  std::optional<std::chrono::milliseconds> left;  ///< empty: the line does not say
};

/// Of "Waiting for approval: 1h 4m 10s left"; a line with another end is all `what`.
Countdown parse_countdown(std::string_view line);

}  // namespace heygen::provider
