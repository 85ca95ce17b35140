// SPDX-License-Identifier: Apache-2.0
// The API key of an account: from HEYGEN_API_KEY, else HYPERFRAMES_API_KEY, else as stored by a login.
#pragma once

#include <heygen/provider.hpp>

#include <array>

namespace heygen::plugins {

class ApiKeyProvider : public sdk::Provider {
 public:
  void resolve(sdk::Call& call) override;
  void refresh(sdk::Call& call) override;
  void login(sdk::Call& call) override;
  void revoke(sdk::Call& call) override;
};

/// In order of precedence.
inline constexpr std::array kApiKeyEnv{sdk::view("HEYGEN_API_KEY"), sdk::view("HYPERFRAMES_API_KEY")};

inline constexpr heygen_descriptor kApiKeyDescriptor = sdk::Descriptor("apikey", "1.0.0")
                                                           .title("API key")
                                                           .note("A key of your account; uses API credits")
                                                           .order(10)
                                                           .interactions(HEYGEN_INTERACTS_TERMINAL)
                                                           .flags(HEYGEN_PROVIDER_READS_STDIN)
                                                           .env(kApiKeyEnv)
                                                           .credential_env(kApiKeyEnv)
                                                           .build();

}  // namespace heygen::plugins
