// Which authorization server a login talks to: fixed endpoints, or what an issuer's metadata says.
#pragma once

#include <heygen/provider.hpp>

#include <chrono>
#include <string>

#include "plugins/shared/settings.hpp"

namespace heygen::plugins {

struct Server {
  std::string authorize_url, token_url;
  std::string revoke_url, device_url;  ///< "": it has none
  std::string client_id;
  std::string issuer;         ///< "" with fixed endpoints
  bool promises_iss = false;  ///< the authorization response carries `iss` (RFC 9207 §3)
  bool allow_http = false;
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

/// The server of the settings. With an issuer this reads RFC 8414 metadata, else the OpenID configuration; one that
/// names another issuer, lacks an endpoint or refuses S256 is Fail{BROKEN}, one that cannot be reached Fail{TRANSIENT}.
Server configured_server(const sdk::Call& call, const OauthSettings& settings, const Budget& budget);
/// Likewise for an issuer that a stored token came from.
Server discover(const sdk::Call& call, const std::string& issuer, bool allow_http, const Budget& budget);

/// Throws Fail{USAGE} unless `url` may be an endpoint. `what` is a phrase: "token endpoint".
void require_url(const std::string& url, const char* what, bool allow_http);

}  // namespace heygen::plugins
