// HTTP/1.1 over TCP and TLS, as everything in heygen sends it: one exchange, no redirects, no retries, no credentials
// of its own. Poco gives addresses, codings and the TLS context; messages and waits are our own, because Poco's client
// can neither be canceled nor tells a truncated reply from a whole one.
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

namespace heygen {
class Cancel;
class Environment;
class Clock;
}  // namespace heygen

namespace heygen::net {

/// An absolute http or https URL, split. `target` is path and query, at least "/"; userinfo and fragments are refused.
struct Url {
  std::string scheme;  ///< "http" or "https"
  std::string host;    ///< lower case; IPv6 without brackets
  std::uint16_t port = 0;
  std::string target;

  /// Throws std::invalid_argument with a sentence for people.
  static Url parse(std::string_view text);
  std::string origin() const;  ///< "https://host" or with ":port" where it is not the scheme's own
  std::string text() const;    ///< origin() + target
  bool same_origin(const Url& other) const;
  bool is_loopback() const;  ///< 127.0.0.0/8, ::1 or localhost, by name alone
};

struct Header {
  std::string name;
  std::string value;
};
using Headers = std::vector<Header>;

/// First value of that name (any case), or nullptr.
const std::string* find_header(const Headers& headers, std::string_view name);

/// Sending it twice does what sending it once does (RFC 9110 §9.2.2).
bool is_idempotent(std::string_view method);

/// Where a request body comes from. Read once from start to end per exchange.
class Body {
 public:
  virtual ~Body() = default;
  /// Bytes in all; empty when not known beforehand (sent chunked).
  virtual std::optional<std::uint64_t> size() const = 0;
  /// Up to out.size() bytes; 0 is the end. Throws heygen::Error when the source fails.
  virtual std::size_t read(std::span<char> out) = 0;
  /// Back to the start for another exchange. False: cannot be replayed.
  virtual bool rewind() = 0;
};

/// A body held in memory; always replayable. Wiped when it goes, since it may carry a token.
class TextBody : public Body {
 public:
  explicit TextBody(std::string text) : text_(std::move(text)) {}
  TextBody(const TextBody&) = delete;
  TextBody& operator=(const TextBody&) = delete;
  ~TextBody() override;
  TextBody(TextBody&&) = default;
  TextBody& operator=(TextBody&&) = default;
  std::optional<std::uint64_t> size() const override { return text_.size(); }
  std::size_t read(std::span<char> out) override;
  bool rewind() override { return at_ = 0, true; }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

struct Timeouts {
  std::chrono::milliseconds connect{15'000};
  /// No byte either way for this long ends the exchange.
  std::chrono::milliseconds idle{30'000};
  /// The whole exchange, reading the reply included; zero: no such limit.
  std::chrono::milliseconds total{30'000};
};

struct Request {
  std::string method = "GET";
  Url url;
  Headers headers;       ///< all but Host, Content-Length, Transfer-Encoding, Connection
  Body* body = nullptr;  ///< not owned
  Timeouts timeouts;
  /// After cancellation, an exchange whose request was already sent may go on for this long (design §3: a refresh
  /// under way is awaited). Zero: stop at once.
  std::chrono::milliseconds grace{0};
  /// Called with bytes sent so far, on the sending thread.
  std::function<void(std::uint64_t)> on_sent;
  /// Called about once a second while nothing moves, on the thread that waits; while the reply is read, too.
  std::function<void()> on_wait;
};

/// Why an exchange failed. The text is a sentence without secrets.
class Failure : public std::runtime_error {
 public:
  enum class Kind { resolve, connect, tls, proxy, timeout, reset, truncated, protocol, canceled };
  Failure(Kind why, const std::string& what, std::string way_out = {})
      : std::runtime_error(what), kind(why), hint(std::move(way_out)) {}
  Kind kind;
  std::string hint;   ///< what the user can do, or empty
  bool sent = false;  ///< the request may have reached the server
};

/// A reply whose body is read as it comes.
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

/// The real one. Proxies from HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY (either case, upper case first; under CGI
/// only http_proxy in lower case counts, as HTTP_PROXY is a request's "Proxy" header there), CAs from SSL_CERT_FILE and
/// SSL_CERT_DIR, else the system's; all DNS addresses tried; connections kept alive for the life of the object and
/// reused for the same origin. `fixed_ca_file`, a PEM file, stands in place of all those CAs.
std::unique_ptr<Http> make_http(const Environment& environment, Clock& clock, const std::string& fixed_ca_file = {});

}  // namespace heygen::net
