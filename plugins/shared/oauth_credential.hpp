// What the OAuth providers do alike: they share one slot, so either can use, renew and revoke what the other stored.
#pragma once

#include <heygen/provider.hpp>

#include <chrono>

namespace heygen::plugins {

class OauthCredential : public sdk::Provider {
 public:
  static constexpr std::chrono::milliseconds kRevokeTimeout{5'000};

  void resolve(sdk::Call& call) override;
  void refresh(sdk::Call& call) override;
  void revoke(sdk::Call& call) override;
};

}  // namespace heygen::plugins
