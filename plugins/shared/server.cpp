// SPDX-License-Identifier: Apache-2.0
#include "plugins/shared/server.hpp"

#include <algorithm>
#include <optional>

#include "plugins/shared/text.hpp"
#include "plugins/shared/url.hpp"

namespace heygen::plugins {
namespace {

/// An endpoint of the metadata, or "" when it is not listed.
std::string endpoint(const sdk::Json& metadata, const char* name, const std::string& issuer, bool allow_http) {
  const sdk::Json value = metadata[name];
  if (value.is_null()) return {};
  std::string url(value.as_text());
  const auto fault = value.is_string() ? find_url_fault(url, allow_http) : "is not a string";
  if (fault) {
    throw sdk::Fail(HEYGEN_BROKEN, "The metadata of " + issuer + " cannot be used: its " + name + " " + *fault + ".",
                    "Check HEYGEN_OAUTH_ISSUER, or tell the operator of the authorization server.");
  }
  return url;
}

void require_s256(const sdk::Json& metadata, const std::string& issuer) {
  const sdk::Json methods = metadata["code_challenge_methods_supported"];
  if (methods.is_null()) return;
  for (std::size_t i = 0; methods.is_array() && i < methods.size(); ++i) {
    if (methods.at(i).as_text() == "S256") return;
  }
  throw sdk::Fail(HEYGEN_BROKEN, "The issuer " + issuer + " does not offer PKCE with S256, which `heygen` requires.",
                  "Use another issuer.");
}

OauthEndpoints read_metadata(const sdk::Json& metadata, const std::string& issuer, bool allow_http) {
  // RFC 8414 §3.3: equal, character by character.
  if (!metadata["issuer"].is_string() || metadata["issuer"].as_text() != issuer) {
    throw sdk::Fail(
        HEYGEN_BROKEN,
        "The metadata found for " + issuer + " belongs to another issuer" +
            (metadata["issuer"].is_string() ? ": " + readable(metadata["issuer"].as_text(), 200) : std::string()) + ".",
        "Write HEYGEN_OAUTH_ISSUER exactly as the authorization server writes it.");
  }
  require_s256(metadata, issuer);
  OauthEndpoints server;
  server.issuer = issuer;
  server.allow_http = allow_http;
  server.authorize_url = endpoint(metadata, "authorization_endpoint", issuer, allow_http);
  server.token_url = endpoint(metadata, "token_endpoint", issuer, allow_http);
  server.revoke_url = endpoint(metadata, "revocation_endpoint", issuer, allow_http);
  server.device_url = endpoint(metadata, "device_authorization_endpoint", issuer, allow_http);
  server.promises_iss = metadata["authorization_response_iss_parameter_supported"].as_bool();
  if (server.token_url.empty()) {
    throw sdk::Fail(HEYGEN_BROKEN, "The metadata of " + issuer + " has no token_endpoint.",
                    "Check HEYGEN_OAUTH_ISSUER.");
  }
  return server;
}

/// The metadata object, or nothing when this URL has none and the next may be tried. `intercepted`: the response may be
/// of something between here and the server.
std::optional<sdk::Json> fetch(const sdk::Call& call, const std::string& url, const Budget& budget, bool& intercepted) {
  sdk::HttpRequest request;
  request.url = url;
  request.headers = {{"Accept", "application/json"}};
  request.timeout = budget.left();
  const sdk::HttpResponse response = call.http().send(request);
  const int status = response.status();
  if (is_passing(status)) {
    throw later_error(url + " responded with HTTP " + std::to_string(status) + ".", response);
  }
  const bool redirects = status >= 300 && status < 400;
  intercepted = intercepted || redirects;
  if (status != 200) return std::nullopt;
  const sdk::Json document = call.parse(response.body());
  intercepted = intercepted || !document.exists();
  if (!document.is_object()) return std::nullopt;
  return document;
}

}  // namespace

std::chrono::milliseconds Budget::left() const {
  return std::max(end_ - clock_.monotonic(), std::chrono::milliseconds(1));
}

namespace {

/// `setting` names what configures the URL unless an issuer does.
Endpoint endpoint_of(const OauthEndpoints& server, const std::string& url, const char* setting) {
  const std::string by_issuer = "HEYGEN_OAUTH_ISSUER (providers.oauth.issuer)";
  return {url, server.client_id, server.from_login, server.issuer.empty() ? setting : by_issuer};
}

}  // namespace

Endpoint token_endpoint(const OauthEndpoints& server) {
  return endpoint_of(server, server.token_url, "HEYGEN_OAUTH_TOKEN_URL (providers.oauth.token_url)");
}

Endpoint revocation_endpoint(const OauthEndpoints& server) {
  return endpoint_of(server, server.revoke_url, "HEYGEN_OAUTH_REVOKE_URL (providers.oauth.revoke_url)");
}

Endpoint device_endpoint(const OauthEndpoints& server) {
  return endpoint_of(server, server.device_url, "HEYGEN_OAUTH_DEVICE_URL (providers.oauth.device_url)");
}

void require_url(const std::string& url, const char* what, bool allow_http) {
  const auto fault = find_url_fault(url, allow_http);
  if (!fault) return;
  throw sdk::Fail(HEYGEN_USAGE, std::string("The OAuth ") + what + " '" + readable(url, 200) + "' " + *fault + ".",
                  "Fix it in the environment (HEYGEN_OAUTH_…) or in config.toml (providers.oauth).");
}

OauthEndpoints discover(const sdk::Call& call, const std::string& issuer, bool allow_http, const Budget& budget) {
  require_url(issuer, "issuer", allow_http);
  if (issuer.find('?') != std::string::npos) {  // RFC 8414 §2
    throw sdk::Fail(HEYGEN_USAGE, "The OAuth issuer '" + readable(issuer, 200) + "' has a query.",
                    "Write HEYGEN_OAUTH_ISSUER exactly as the authorization server writes it.");
  }
  bool intercepted = false;
  for (const std::string& url : {oauth_metadata_url(issuer), openid_metadata_url(issuer)}) {
    if (const auto metadata = fetch(call, url, budget, intercepted))
      return read_metadata(*metadata, issuer, allow_http);
  }
  if (intercepted) {
    throw sdk::Fail(HEYGEN_TRANSIENT, "No metadata was found for the issuer " + issuer + ", but a page or a redirect.",
                    "Check the network, where a captive portal may intercept requests, and HEYGEN_OAUTH_ISSUER "
                    "(providers.oauth.issuer).");
  }
  throw sdk::Fail(HEYGEN_BROKEN, "No metadata was found for the issuer " + issuer + ".",
                  "Check HEYGEN_OAUTH_ISSUER (providers.oauth.issuer).");
}

OauthEndpoints configured_server(const sdk::Call& call, const OauthSettings& settings, const Budget& budget) {
  OauthEndpoints server;
  if (!settings.issuer.empty()) {
    server = discover(call, settings.issuer, settings.allow_http, budget);
  } else {
    server.authorize_url = settings.authorize_url;
    server.token_url = settings.token_url;
    server.revoke_url = settings.revoke_url;
    server.device_url = settings.device_url;
    server.allow_http = settings.allow_http;
    require_url(server.token_url, "token endpoint", server.allow_http);
  }
  server.client_id = settings.client_id;
  return server;
}

}  // namespace heygen::plugins
