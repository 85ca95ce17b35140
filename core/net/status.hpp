// SPDX-License-Identifier: Apache-2.0
// What the status of a response says about its request.
#pragma once

namespace heygen::net {

namespace status {
constexpr int kNotFound = 404, kRequestTimeout = 408, kTooLarge = 413, kTooEarly = 425, kTooMany = 429,
              kServerFault = 500;
}  // namespace status

/// The same request may succeed later: the server was busy or failed (RFC 9110 §15.5.9, §15.6; RFC 8470 §5.2; RFC 6585
/// §4). Any other status needs something else done.
constexpr bool may_pass(int code) {
  return code == status::kRequestTimeout || code == status::kTooEarly || code == status::kTooMany ||
         code >= status::kServerFault;
}

/// The server did nothing, and says so. RFC 9110 §15.5.9: after a 408 it may have acted after all.
constexpr bool is_refusal(int code) {
  return code >= 400 && code < status::kServerFault && code != status::kRequestTimeout;
}

/// Whether the server has acted cannot be told: a failure of its own, or a redirect, which comes after the act as a
/// rule (RFC 9110 §15.4.4) unless the method must be kept.
constexpr bool leaves_it_open(int code) {
  return code >= 300 && code != 307 && code != 308 && !is_refusal(code);
}

}  // namespace heygen::net
