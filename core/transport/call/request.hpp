// SPDX-License-Identifier: Apache-2.0
// An API call as its caller states it, and what that means on the wire: URL, headers and time limits.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/auth/session.hpp"
#include "core/base/limits.hpp"
#include "core/net/http.hpp"

namespace heygen::transport {

struct ApiRequest {
  std::string method = "GET";
  std::string path;                                        ///< "/v3/…", already percent-encoded, without query
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded
  bool typed_query = false;                                ///< names and values are the user's own
  net::Headers headers;                                    ///< beyond those the client sets; checked by the caller
  net::Body* body = nullptr;                               ///< not owned
  std::string content_type;                                ///< with a body
  bool upload = false;                                     ///< 600s without progress instead of a total timeout
  std::chrono::milliseconds timeout{0};                    ///< of each attempt; zero: 30s for GET, 120s otherwise
  /// On Clock::monotonic()'s scale: no attempt and no pause before a retry lasts past it (Error{timeout}).
  std::optional<std::chrono::milliseconds> deadline;
  /// A cancellation after the request is sent leaves its response this long: a user who pays for a job needs its ID.
  std::chrono::milliseconds grace{0};
  std::function<void(std::uint64_t)> on_sent;
  std::function<void()> on_wait;  ///< as in net::Request
  /// The command that shows what a request which changes something has done, as it is typed; or "".
  std::string look;
  /// Sent with every attempt, so that the service acts once for all of them: they are retried as those of a GET are,
  /// and after a timeout too.
  std::optional<std::string> idempotency_key;
  bool retries = true;  ///< false: the caller repeats what fails in passing, at its own pace
};

struct ClientOptions {
  std::string base;            ///< "https://api.heygen.com"
  bool allow_http = false;     ///< HEYGEN_ALLOW_HTTP
  std::string version;         ///< for User-Agent
  std::string source = "cli";  ///< X-HeyGen-Source, or ""
  std::string client_origin;   ///< X-HeyGen-Client-Origin, or ""
  int max_retries = 2;
  std::size_t buffer_limit = limits::kBufferedResponse;  ///< of a response that is held in memory
  /// Told what the client decides between two attempts (retry, redirect, refresh), in one line without secrets; or
  /// empty. The attempts themselves are traced by the net::Http that it is given.
  std::function<void(const std::string&)> on_decision;
  /// Told about once a second of a pause before a retry, with the time that is left, zero at its end; or empty.
  std::function<void(std::chrono::milliseconds)> on_pause;
};

/// It may change something: all but GET and HEAD do.
bool changes_something(const ApiRequest& request);

/// "" without one.
std::string_view key_of(const ApiRequest& request);

/// Path and encoded query.
std::string request_target(const ApiRequest& request);

/// `left`: until the request's deadline, if it has one.
net::Timeouts request_timeouts(const ApiRequest& request, std::optional<std::chrono::milliseconds> left);

/// The same name again replaces: the last one counts.
void set_header(net::Headers& headers, net::Header header);

/// For servers that are not the API's own.
net::Headers anonymous_headers(const ClientOptions& options);
/// For the API, all but the credential.
net::Headers api_headers(const ClientOptions& options, const ApiRequest& request);

/// A request as it would be sent, but for the credential.
struct Preview {
  std::string url;
  net::Headers headers;
};
Preview preview(const ClientOptions& options, const ApiRequest& request);

}  // namespace heygen::transport
