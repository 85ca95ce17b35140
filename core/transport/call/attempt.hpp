// SPDX-License-Identifier: Apache-2.0
// One attempt of an API call: one request and the head of its response.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

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

/// A response whose beginning is read at once, and read once more by the reader; what ends it is thrown there, too.
class StartedResponse : public net::Response {
 public:
  StartedResponse(std::unique_ptr<net::Response> inner, std::size_t most);
  const std::string& start() const noexcept { return start_; }
  /// What interrupted it.
  const std::optional<net::Failure>& failure() const noexcept { return failure_; }
  std::size_t read(std::span<char> out) override;
  std::optional<std::uint64_t> length() const override { return inner_->length(); }

 private:
  std::unique_ptr<net::Response> inner_;
  std::string start_;
  std::size_t served_ = 0;
  std::optional<net::Failure> failure_;
};

/// The response to `of`, whose body fails with an Error instead of a net::Failure.
std::unique_ptr<net::Response> api_response(std::unique_ptr<net::Response> response, const ApiRequest& of);

}  // namespace heygen::transport
