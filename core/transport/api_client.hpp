// One API call: credential headers, timeouts, retries, body replay, redirects, redaction (contract, Transport).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/auth/session.hpp"
#include "core/net/http.hpp"

namespace heygen {
class Random;
}

namespace heygen::transport {

struct ApiRequest {
  std::string method = "GET";
  std::string path;                                        ///< "/v3/…", already percent-encoded, without query
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded
  net::Headers headers;                                    ///< beyond those the client sets; checked by the caller
  net::Body* body = nullptr;                               ///< not owned
  std::string content_type;                                ///< with a body
  bool upload = false;                                     ///< 600 s without progress instead of a total timeout
  std::chrono::milliseconds timeout{0};                    ///< of one exchange; zero: 30 s for GET, 120 s otherwise
  /// On Clock::monotonic()'s scale: no exchange and no pause before a retry goes on past it (Error{timeout}).
  std::optional<std::chrono::milliseconds> deadline;
  /// A cancellation after the request is sent leaves its reply this long: whoever pays for the job wants its id.
  std::chrono::milliseconds grace{0};
  std::function<void(std::uint64_t)> on_sent;
  std::function<void()> on_wait;     ///< as in net::Request
  auth::Checked* checked = nullptr;  ///< not owned; from Session::check(), for the first request that has it
};

struct ApiResponse {
  int status = 0;
  net::Headers headers;
  std::unique_ptr<net::Response> stream;  ///< the body, unread; reading it throws Error instead of net::Failure
};

struct ClientOptions {
  std::string base;            ///< "https://api.heygen.com"
  bool allow_http = false;     ///< HEYGEN_ALLOW_HTTP
  std::string version;         ///< for User-Agent
  std::string source = "cli";  ///< X-HeyGen-Source, or ""
  std::string client_origin;   ///< X-HeyGen-Client-Origin, or ""
  int max_retries = 2;
  /// Redacted trace lines for --verbose, or empty.
  std::function<void(const std::string&)> trace;
};

class ApiClient {
 public:
  ApiClient(net::Http& http, auth::CredentialSource& credentials, Clock& clock, Random& random, const Cancel& cancel,
            ClientOptions options);

  /// 2xx or throws Error: from the reply's error envelope, or by status; network_error, timeout, canceled; the
  /// session's errors pass through. Redirects are followed (10 at most, GET and HEAD only, others keep the 3xx as an
  /// error); another origin gets no credential, no X-HeyGen-* and no --headers.
  ApiResponse call(const ApiRequest& request);
  /// call() and the whole body, at most `limit` bytes.
  std::string fetch(const ApiRequest& request, std::size_t limit = std::size_t{1} << 30);

  /// Throws Error{usage_error} for a base that is no http(s) URL, or http without permission.
  static void check_base(const std::string& base, bool allow_http);

 private:
  net::Http& http_;
  auth::CredentialSource& credentials_;
  Clock& clock_;
  Random& random_;
  const Cancel& cancel_;
  ClientOptions options_;
};

/// A request as it would be sent, but for the credential.
struct Preview {
  std::string url;
  net::Headers headers;
};
Preview preview(const ClientOptions& options, const ApiRequest& request);

/// The Error that a reply with an error status stands for. `body` is what could be read of it.
Error error_of_reply(int status, const net::Headers& headers, const std::string& body);

/// X-HeyGen-Client-Origin by the environment: which agent started us, or "".
std::string detect_client_origin(const Environment& environment);

/// Parses one --headers value "Name: value". Throws Error{usage_error} unless it is on the allow-list.
net::Header parse_client_header(const std::string& text);
/// Parses one `api --header` value: any name except credential, hop-by-hop, Host, User-Agent and X-HeyGen-* ones.
net::Header parse_free_header(const std::string& text);

/// max_retries from HEYGEN_MAX_RETRIES: a whole number >= 0, anything else means 2.
int max_retries_of(const Environment& environment);

}  // namespace heygen::transport
