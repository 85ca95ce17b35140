// SPDX-License-Identifier: Apache-2.0
// API calls: credential headers, timeouts, retries, redirects, and one refresh after a 401.
//
// A call is a series of attempts (call/attempt.hpp). After each, in this order: a redirect is followed (redirect.hpp),
// a passing failure is retried after a pause (retry.hpp), and a 401 is tried once more with a refreshed credential
// (call/credential.hpp). What is left is the result, or an Error.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "core/auth/session.hpp"
#include "core/base/limits.hpp"
#include "core/transport/call/request.hpp"

namespace heygen {
class Random;
}

namespace heygen::transport {

struct ApiResponse {
  int status = 0;
  net::Headers headers;
  std::unique_ptr<net::Response> stream;  ///< the body, unread; reading it throws Error instead of net::Failure
};

struct FetchedResponse {
  net::Headers headers;
  std::string body;
};

class ApiClient {
 public:
  ApiClient(net::Http& http, auth::CredentialSource& credentials, Clock& clock, Random& random, const Cancel& cancel,
            ClientOptions options);

  /// 2xx or throws Error: from the response's error envelope, or by status; network_error, timeout, canceled; the
  /// credential source's errors pass through. Redirects are followed as RedirectFollower says; one that is not followed
  /// is an error.
  ApiResponse call(const ApiRequest& request);
  /// call() and the entire body, at most `limit` bytes, or buffer_limit() (0).
  FetchedResponse fetch_with_headers(const ApiRequest& request, std::size_t limit = 0);
  /// Its body alone.
  std::string fetch(const ApiRequest& request, std::size_t limit = 0);
  /// For a response that is held in memory.
  std::size_t buffer_limit() const noexcept { return options_.buffer_limit; }

  /// Throws Error{usage_error} for a base that is not an http(s) URL, or http without permission.
  static void check_base(const std::string& base, bool allow_http);

 private:
  net::Http& http_;
  auth::CredentialSource& credentials_;
  Clock& clock_;
  Random& random_;
  const Cancel& cancel_;
  ClientOptions options_;
};

}  // namespace heygen::transport
