// SPDX-License-Identifier: Apache-2.0
// Login with a code typed on another device (RFC 8628). It stores the same members as a browser login.
#pragma once

#include <heygen/provider.hpp>

#include <array>

#include "plugins/shared/oauth_credential.hpp"
#include "plugins/shared/settings.hpp"

namespace heygen::plugins {

class DeviceCodeProvider : public OauthCredential {
 public:
  void login(sdk::Call& call) override;
};

inline constexpr auto kDeviceSettings = [] {
  std::array<heygen_setting, kOauthSettings.size() + 1> all{};
  all[0] = sdk::setting("enabled", "bool", "", "Offer the device code login");
  for (std::size_t i = 0; i < kOauthSettings.size(); ++i) all[i + 1] = kOauthSettings[i];
  return all;
}();

inline constexpr std::array kDeviceEnabledBy{sdk::view("enabled"), sdk::view("HEYGEN_OAUTH_DEVICE_URL")};

inline constexpr heygen_descriptor kDeviceCodeDescriptor =
    sdk::Descriptor("device-code", "1.0.0")
        .title("Device code")
        .note("Type a code on another device; uses subscription credits")
        .order(30)
        .interactions(HEYGEN_INTERACTS_BROWSER)
        .env(kOauthEnv)
        .settings<kDeviceSettings>()
        .needs(kOauthNeeds)
        .enabled_by(kDeviceEnabledBy)
        .build();

}  // namespace heygen::plugins
