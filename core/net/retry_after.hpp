// SPDX-License-Identifier: Apache-2.0
// How long a server asks to wait.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/retry_hint.hpp"
#include "core/net/http.hpp"

namespace heygen::net {

/// Seconds since 1970 of any of the three forms (RFC 9110 §5.6.7); empty when it is none of them.
std::optional<std::int64_t> parse_http_date(const std::string& value);

/// Seconds from `now` that a Retry-After value asks for (RFC 9110 §10.2.3), kLongestRetryAfter at most; a fraction is
/// rounded up. Empty when it is neither form.
std::optional<std::int64_t> parse_retry_after(std::string_view text, std::int64_t now);

/// Seconds from `now` that a response asks to wait for; empty when it does not say. Of several values the longest: it
/// keeps to all of them.
std::optional<std::int64_t> retry_after_of(const Headers& headers, std::int64_t now);

}  // namespace heygen::net
