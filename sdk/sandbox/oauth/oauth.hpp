// The authorization server: its pages, its token endpoint and their neighbours.
#pragma once

#include <string>

#include "sdk/sandbox/http/http.hpp"
#include "sdk/sandbox/oauth/state.hpp"

namespace heygen::sandbox {

class OAuth {
 public:
  /// issuer: scheme, host and port, no slash at the end
  OAuth(std::string issuer, State& state) : issuer_(std::move(issuer)), state_(state) {}

  Reply authorize(const Request& request);             ///< RFC 6749 §4.1.1, RFC 7636, RFC 9207
  Reply token(const Request& request);                 ///< RFC 6749 §3.2, RFC 8628 §3.4
  Reply revoke(const Request& request);                ///< RFC 7009
  Reply device_authorization(const Request& request);  ///< RFC 8628 §3.1
  Reply device(const Request& request);                ///< where a person types the user code (RFC 8628 §3.3)
  Reply metadata(const Request& request) const;        ///< RFC 8414

 private:
  Reply ask(const Request& request, const State::Question& question);
  Reply answer(const Request& request);
  Reply answer_client(const AuthorizationRequest& request, bool approved);
  Reply send_back(const AuthorizationRequest& request, std::vector<std::pair<std::string, std::string>> params) const;

  const std::string issuer_;
  State& state_;
};

}  // namespace heygen::sandbox
