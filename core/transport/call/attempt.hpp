// SPDX-License-Identifier: Apache-2.0
// One attempt of an API call: one request and the head of its response.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "core/auth/credential.hpp"
#include "core/transport/call/request.hpp"
#include "core/transport/rules/redirect.hpp"

namespace heygen::transport {

/// What changes from one attempt of a call to the next.
struct Attempt {
  /// Where it goes, and whether it may carry the credential there.
  const RedirectFollower& target;
  const auth::Credential& credential;
  std::int64_t now = 0;                                ///< when the credential was found fresh
  std::optional<std::chrono::milliseconds> time_left;  ///< until the call's deadline
};

/// The request of this attempt. The credential's headers are marked secret.
net::Request make_request(const ClientOptions& options, const ApiRequest& request, const Attempt& attempt);

/// Sends `request`, made for `of`. Throws net::Failure; reading the body of the response throws Error instead.
std::unique_ptr<net::Response> send_attempt(net::Http& http, const net::Request& request, const ApiRequest& of,
                                            const Cancel& cancel);

}  // namespace heygen::transport
