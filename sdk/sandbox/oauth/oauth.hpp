// SPDX-License-Identifier: Apache-2.0
// The authorization server: its pages, its token endpoint and the related endpoints.
#pragma once

#include <string>

#include "sdk/sandbox/http/http.hpp"
#include "sdk/sandbox/oauth/state.hpp"

namespace heygen::sandbox {

class OAuth {
 public:
  /// issuer: scheme, host and port, no slash at the end
  OAuth(std::string issuer, State& state) : issuer_(std::move(issuer)), state_(state) {}

  Response authorize(const Request& request);             ///< RFC 6749 §4.1.1, RFC 7636, RFC 9207
  Response token(const Request& request);                 ///< RFC 6749 §3.2, RFC 8628 §3.4
  Response revoke(const Request& request);                ///< RFC 7009
  Response device_authorization(const Request& request);  ///< RFC 8628 §3.1
  Response device(const Request& request);                ///< where the user types the user code (RFC 8628 §3.3)
  Response metadata(const Request& request) const;        ///< RFC 8414

 private:
  Response ask(const Request& request, const State::Question& question);
  Response answer(const Request& request);
  Response answer_client(const AuthorizationRequest& request, bool approved);
  Response send_back(const AuthorizationRequest& request,
                     std::vector<std::pair<std::string, std::string>> params) const;

  const std::string issuer_;
  State& state_;
};

}  // namespace heygen::sandbox
