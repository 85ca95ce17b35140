// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 over TCP and TLS, as everything in heygen sends it: one request and its response, without redirects, retries
// or credentials of its own. Poco provides addresses and the TLS context. Messages and waits are our own, because
// Poco's client cannot be canceled and does not tell a truncated response from a complete one.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/secret.hpp"
#include "core/net/body.hpp"
#include "core/net/url.hpp"

namespace heygen {
class Cancel;
}

namespace heygen::net {

struct Header {
  std::string name;
  std::string value;
  bool secret = false;  ///< hidden in traces whatever the name
  bool typed = false;   ///< name and value are the user's own: in traces, what could be a key in the wrong place is cut
};
using Headers = std::vector<Header>;

/// First value of that name (any case), or nullptr.
const std::string* find_header(const Headers& headers, std::string_view name);

/// Two lines of that name (any case) have different values. RFC 9110 §5.3 allows that in a list only, so that
/// neither value can be trusted.
bool contradicts_itself(const Headers& headers, std::string_view name);

/// A method or header name may be written so (RFC 9110 §5.6.2).
bool is_token(std::string_view text);

/// Sending it twice does what sending it once does (RFC 9110 §9.2.2).
bool is_idempotent(std::string_view method);

struct Timeouts {
  std::chrono::milliseconds connect{15'000};
  /// Ends the exchange once no byte moved either way for this long.
  std::chrono::milliseconds idle{30'000};
  /// The entire exchange, reading the response included; zero: no such limit.
  std::chrono::milliseconds total{30'000};
};

/// How a request reaches its server, where that is not the usual way. Such a connection serves no other request.
struct Route {
  bool direct = false;             ///< past every proxy
  std::string unix_socket;         ///< a path, in place of the URL's host; implies direct
  std::string extra_ca;            ///< PEM; trusted in addition
  std::string client_certificate;  ///< PEM, with its chain
  Secret client_key;               ///< PEM, not encrypted
  bool operator==(const Route&) const = default;
  bool is_usual() const { return *this == Route{}; }
  bool has_own_tls() const { return !extra_ca.empty() || !client_certificate.empty() || !client_key.empty(); }
};

struct Request {
  std::string method = "GET";
  Url url;
  Headers headers;           ///< all but Host, Content-Length, Transfer-Encoding, Connection
  Body* body = nullptr;      ///< not owned
  bool typed_query = false;  ///< as Header::typed
  Timeouts timeouts;
  Route route;
  /// After a cancellation, an exchange whose request is already sent may continue for this long, so that a refresh
  /// under way is not lost. Zero: stop at once.
  std::chrono::milliseconds grace{0};
  /// Called with bytes sent so far, on the sending thread.
  std::function<void(std::uint64_t)> on_sent;
  /// Called about once a second while nothing moves, on the thread that waits; also while the response is read.
  std::function<void()> on_wait;
};

/// Why an exchange failed. The text is a sentence without secrets.
class Failure : public std::runtime_error {
 public:
  enum class Kind { resolve, connect, tls, proxy, timeout, reset, truncated, protocol, canceled };
  Failure(Kind why, const std::string& what, std::string user_hint = {})
      : std::runtime_error(what), kind(why), hint(std::move(user_hint)) {}
  Kind kind;
  std::string hint;   ///< what the user can do; empty: nothing in particular
  bool sent = false;  ///< the request may have reached the server
};

/// A response whose body is read as it comes.
class Response {
 public:
  virtual ~Response() = default;
  int status = 0;
  Headers headers;
  /// Up to out.size() bytes; 0 is a clean end: Content-Length met, last chunk seen, or an orderly close where neither
  /// was given. Throws Failure (truncated, timeout, canceled, ...) otherwise.
  virtual std::size_t read(std::span<char> out) = 0;
  /// Content-Length, when given.
  virtual std::optional<std::uint64_t> length() const = 0;
};

/// The rest of the body. Throws Failure{protocol} when it is longer than `limit` bytes.
std::string read_all(Response& response, std::size_t limit);

class Http {
 public:
  virtual ~Http() = default;
  /// Sends the request and reads status and headers (1xx other than 101 skipped). Throws Failure. The response must
  /// not outlive this object. Thread-safe.
  virtual std::unique_ptr<Response> send(const Request& request, const Cancel& cancel) = 0;
};

}  // namespace heygen::net
