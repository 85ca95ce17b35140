// SPDX-License-Identifier: Apache-2.0
// The HTTP/1.1 message format (RFC 9112): heads written and read, and how a body is delimited.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "core/net/http.hpp"
#include "core/net/stream/connection.hpp"

namespace heygen::net {

/// "host:port" with brackets where IPv6 needs them.
std::string authority(const std::string& host, std::uint16_t port);

/// The text is not an HTTP/1.1 message; what() continues a sentence about the peer.
class Malformed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Head {
  int minor = 1;  ///< of HTTP/1.x
  int status = 0;
  std::string reason;
  Headers headers;
};

inline constexpr std::size_t kMaxFields = 100;

/// Size of the head at the start of `input`, blank line included; empty while it is incomplete. Throws Malformed as
/// soon as it cannot become one.
std::optional<std::size_t> head_size(std::string_view input);
/// A complete head. Throws Malformed.
Head parse_head(std::string_view text);
/// Waits for one head. Throws Failure (reset, truncated, protocol, ...).
Head receive_head(Connection& connection, ExchangeDeadline& deadline);

struct Framing {
  enum class Kind { none, length, chunked, until_close };
  Kind kind = Kind::none;
  std::uint64_t length = 0;
};
/// RFC 9112 §6.3. Throws Malformed.
Framing framing_of(std::string_view method, const Head& head);
/// Content-Length, where it counts. Throws Malformed.
std::optional<std::uint64_t> content_length(const Head& head);
/// Another request may follow on the connection once the body has ended (RFC 9112 §9.3).
bool keeps_alive(const Head& head);

/// Throws Failure{protocol} when the caller's method or headers cannot be sent as they are.
void check_sendable(const Request& request);
/// The request's head, blank line included. `target` is in the form that the receiver wants (RFC 9112 §3.2).
std::string format_head(const Request& request, std::string_view target, std::string_view proxy_authorization);

}  // namespace heygen::net
