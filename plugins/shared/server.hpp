// SPDX-License-Identifier: Apache-2.0
// The endpoints of the authorization server: fixed ones, or those of an issuer's metadata.
#pragma once

#include <heygen/provider.hpp>

#include <chrono>
#include <string>

#include "plugins/shared/settings.hpp"
#include "plugins/shared/token.hpp"

namespace heygen::plugins {

struct OauthEndpoints {
  std::string authorize_url, token_url;
  std::string revoke_url, device_url;  ///< "": it has none
  std::string client_id;
  std::string issuer;         ///< "" with fixed endpoints
  bool promises_iss = false;  ///< the authorization response carries `iss` (RFC 9207 §3)
  bool allow_http = false;
  bool from_login = false;  ///< recorded with a stored login rather than configured
};

/// Whole-exchange timeouts that share one budget.
class Budget {
 public:
  Budget(const sdk::Call& call, std::chrono::milliseconds total)
      : clock_(call.clock()), end_(clock_.monotonic() + total) {}
  /// At least 1 ms, since zero would mean the default.
  std::chrono::milliseconds left() const;

 private:
  sdk::Clock clock_;
  std::chrono::milliseconds end_;
};

/// The server of the settings. With an issuer this reads RFC 8414 metadata, else the OpenID configuration. Throws
/// Fail{BROKEN} for metadata that names another issuer, lacks an endpoint or S256, Fail{TRANSIENT} for an unreachable
/// server.
OauthEndpoints configured_server(const sdk::Call& call, const OauthSettings& settings, const Budget& budget);
/// Likewise for the issuer of a stored token.
OauthEndpoints discover(const sdk::Call& call, const std::string& issuer, bool allow_http, const Budget& budget);

/// One of the server's endpoints, with what configures it.
Endpoint token_endpoint(const OauthEndpoints& server);
Endpoint revocation_endpoint(const OauthEndpoints& server);
Endpoint device_endpoint(const OauthEndpoints& server);

/// Throws Fail{USAGE} unless `url` may be an endpoint. `what` is a phrase: "token endpoint".
void require_url(const std::string& url, const char* what, bool allow_http);

}  // namespace heygen::plugins
