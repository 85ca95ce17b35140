// SPDX-License-Identifier: Apache-2.0
// The settings of the authorization server, and HeyGen's own values.
#pragma once

#include <heygen/provider.hpp>

#include <array>
#include <string>
#include <string_view>

namespace heygen::plugins {

inline constexpr std::string_view kAuthorizeUrl = "https://app.heygen.com/oauth/authorize";
inline constexpr std::string_view kTokenUrl = "https://api2.heygen.com/v1/oauth/token";
inline constexpr std::string_view kRevokeUrl = "https://api2.heygen.com/v1/oauth/revoke";
inline constexpr std::string_view kDeviceUrl = "https://api2.heygen.com/v1/oauth/device_authorization";
inline constexpr std::string_view kClientId = "q2A2QRSke2LrFTPJhoDbHtXh";  // a public client: it has no secret
inline constexpr std::string_view kScope = "openid profile email";

inline constexpr std::array kOauthEnv{sdk::view("HEYGEN_OAUTH_AUTHORIZE_URL"), sdk::view("HEYGEN_OAUTH_TOKEN_URL"),
                                      sdk::view("HEYGEN_OAUTH_REVOKE_URL"),    sdk::view("HEYGEN_OAUTH_DEVICE_URL"),
                                      sdk::view("HEYGEN_OAUTH_CLIENT_ID"),     sdk::view("HEYGEN_OAUTH_SCOPE"),
                                      sdk::view("HEYGEN_OAUTH_ISSUER"),        sdk::view("HEYGEN_ALLOW_HTTP")};

inline constexpr std::array<heygen_setting, 7> kOauthSettings = {
    sdk::setting("authorize_url", "url", kAuthorizeUrl, "Authorization endpoint", "HEYGEN_OAUTH_AUTHORIZE_URL"),
    sdk::setting("token_url", "url", kTokenUrl, "Token endpoint", "HEYGEN_OAUTH_TOKEN_URL"),
    sdk::setting("revoke_url", "url", kRevokeUrl, "Revocation endpoint", "HEYGEN_OAUTH_REVOKE_URL"),
    sdk::setting("device_url", "url", kDeviceUrl, "Device authorization endpoint", "HEYGEN_OAUTH_DEVICE_URL"),
    sdk::setting("client_id", "string", kClientId, "Client ID, of a public client", "HEYGEN_OAUTH_CLIENT_ID"),
    sdk::setting("scope", "string", kScope, "Scope to ask for, space-separated", "HEYGEN_OAUTH_SCOPE"),
    sdk::setting("issuer", "url", "", "Issuer whose metadata names all endpoints", "HEYGEN_OAUTH_ISSUER")};

/// The endpoints of the settings, those of the issuer's metadata, those of a stored login, and HeyGen's own for a login
/// that earlier versions stored.
inline constexpr auto kOauthNeeds =
    sdk::needs("hosts=setting:token_url", "hosts=setting:revoke_url", "hosts=setting:device_url",
               "hosts=metadata:setting:issuer", "hosts=metadata:state:issuer", "hosts=state:token_endpoint",
               "hosts=state:revocation_endpoint", "hosts=api2.heygen.com");

struct OauthSettings {
  bool allow_http = false;
  std::string client_id, scope;
  std::string issuer;                                            ///< "", or the only source of the endpoints
  std::string authorize_url, token_url, revoke_url, device_url;  ///< without an issuer
};

/// Throws Fail{USAGE} when an issuer and a single URL are both set: endpoints never come from two places (RFC 9700
/// §4.4.2).
OauthSettings load_settings(const sdk::Call& call);

/// HEYGEN_ALLOW_HTTP is set to something other than "0" and "false".
bool http_allowed(const sdk::Call& call);

}  // namespace heygen::plugins
