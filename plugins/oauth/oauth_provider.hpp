// SPDX-License-Identifier: Apache-2.0
// Login through the browser: the authorization code grant with PKCE of a native app (RFC 8252, RFC 7636).
#pragma once

#include <heygen/provider.hpp>

#include <array>
#include <chrono>
#include <cstddef>

#include "plugins/shared/oauth_credential.hpp"
#include "plugins/shared/settings.hpp"

namespace heygen::plugins {

class OauthProvider : public OauthCredential {
 public:
  /// How long the user has in the browser.
  static constexpr std::chrono::milliseconds kBrowserTimeout{5 * 60'000};

  void login(sdk::Call& call) override;
};

inline constexpr auto kBrowserSettings = [] {
  std::array<heygen_setting, kOauthSettings.size() + 1> all{};
  for (std::size_t i = 0; i < kOauthSettings.size(); ++i) all[i] = kOauthSettings[i];
  all.back() = sdk::setting("token_from_stdin", "bool", "", "Log in with a token that is typed or piped");
  return all;
}();

inline constexpr heygen_descriptor kOauthDescriptor =
    sdk::Descriptor("oauth", "1.0.0")
        .title("OAuth (browser)")
        .note("Log in in the browser; uses subscription credits")
        .order(20)
        .interactions(HEYGEN_INTERACTS_BROWSER | HEYGEN_INTERACTS_TERMINAL)
        .env(kOauthEnv)
        .credential_env(kTokenEnv)
        .settings<kBrowserSettings>()
        .needs(kOauthNeeds)
        .build();

}  // namespace heygen::plugins
