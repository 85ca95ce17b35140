// SPDX-License-Identifier: Apache-2.0
#include "plugins/shared/settings.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "plugins/shared/text.hpp"
#include "plugins/shared/url.hpp"

namespace heygen::plugins {
namespace {

struct UrlSetting {
  std::string_view key, env, fallback;
  std::string OauthSettings::*member;
};

constexpr std::array kUrls{
    UrlSetting{"authorize_url", "HEYGEN_OAUTH_AUTHORIZE_URL", kAuthorizeUrl, &OauthSettings::authorize_url},
    UrlSetting{"token_url", "HEYGEN_OAUTH_TOKEN_URL", kTokenUrl, &OauthSettings::token_url},
    UrlSetting{"revoke_url", "HEYGEN_OAUTH_REVOKE_URL", kRevokeUrl, &OauthSettings::revoke_url},
    UrlSetting{"device_url", "HEYGEN_OAUTH_DEVICE_URL", kDeviceUrl, &OauthSettings::device_url},
};

std::string value_or(const sdk::Settings& settings, std::string_view key, std::string_view fallback) {
  const auto value = settings.get(key);
  return std::string(value && !value->empty() ? *value : fallback);
}

void refuse_beside_issuer(const sdk::Settings& settings, const OauthSettings& loaded) {
  for (const UrlSetting& url : kUrls) {
    if (!settings.env(url.env) && loaded.*url.member == url.fallback) continue;
    throw sdk::Fail(HEYGEN_USAGE,
                    "An OAuth issuer and a single endpoint (" + std::string(url.key) + ") are both configured.",
                    "Unset either HEYGEN_OAUTH_ISSUER (providers.oauth.issuer) or " + std::string(url.env) +
                        " (providers.oauth." + std::string(url.key) + ").");
  }
}

}  // namespace

OauthSettings load_settings(const sdk::Call& call) {
  const sdk::Settings settings = call.settings();
  OauthSettings loaded;
  loaded.allow_http = http_allowed(call);
  loaded.client_id = value_or(settings, "client_id", kClientId);
  loaded.scope = value_or(settings, "scope", kScope);
  loaded.issuer = value_or(settings, "issuer", "");
  for (const UrlSetting& url : kUrls) loaded.*url.member = value_or(settings, url.key, url.fallback);
  if (!loaded.issuer.empty()) refuse_beside_issuer(settings, loaded);
  // A user who sets another token endpoint has not agreed to send its tokens to HeyGen.
  const bool own_revocation = loaded.revoke_url != kRevokeUrl || settings.env("HEYGEN_OAUTH_REVOKE_URL");
  if (!own_revocation && origin_of(loaded.token_url) != origin_of(kTokenUrl)) loaded.revoke_url.clear();
  return loaded;
}

bool http_allowed(const sdk::Call& call) {
  const auto value = call.settings().env("HEYGEN_ALLOW_HTTP");
  constexpr std::array<std::string_view, 4> kOn{"1", "true", "yes", "on"};  // as of the program
  return value && std::ranges::any_of(kOn, [&](std::string_view word) { return iequals(trim(*value), word); });
}

}  // namespace heygen::plugins
