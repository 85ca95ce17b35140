// SPDX-License-Identifier: Apache-2.0
// Login through the browser: the authorization code grant with PKCE of a native app (RFC 8252, RFC 7636).
#pragma once

#include <heygen/provider.hpp>

#include <chrono>

#include "plugins/shared/oauth_credential.hpp"
#include "plugins/shared/settings.hpp"

namespace heygen::plugins {

class OauthProvider : public OauthCredential {
 public:
  /// How long the user has in the browser.
  static constexpr std::chrono::milliseconds kBrowserTimeout{5 * 60'000};

  void login(sdk::Call& call) override;
};

inline constexpr heygen_descriptor kOauthDescriptor = sdk::Descriptor("oauth", "1.0.0")
                                                          .title("OAuth (browser)")
                                                          .note("Log in in the browser; uses subscription credits")
                                                          .order(20)
                                                          .interactions(HEYGEN_INTERACTS_BROWSER)
                                                          .env(kOauthEnv)
                                                          .settings<kOauthSettings>()
                                                          .needs(kOauthNeeds)
                                                          .build();

}  // namespace heygen::plugins
