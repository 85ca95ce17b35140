// What may be sent again, and when.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/net/http.hpp"

namespace heygen::transport {

using net::is_idempotent;

bool may_retry(std::string_view method, int status);
bool may_retry(std::string_view method, net::Failure::Kind kind);

/// Seconds since 1970 of any of the three forms (RFC 9110 §5.6.7); empty when it is none.
std::optional<std::int64_t> parse_http_date(const std::string& value);

/// Seconds from `now` that a Retry-After value asks for (RFC 9110 §10.2.3); empty when it is neither form.
std::optional<std::int64_t> parse_retry_after(std::string_view text, std::int64_t now);

/// The pause before retry number `retry` (from 0): 1 s doubling to 30 s, times 0.75 to 1.25 as `unit` goes from 0 to 1;
/// or what the server asked for, up to 30 s, when that is longer.
std::chrono::milliseconds pause_before(int retry, double unit, std::optional<std::int64_t> retry_after);

}  // namespace heygen::transport
