// What the OAuth providers do alike: they share one slot, so either can use, renew and revoke what the other stored.
#pragma once

#include <heygen/provider.hpp>

#include <chrono>
#include <string_view>

#include "plugins/shared/stored.hpp"

namespace heygen::plugins {

class OauthCredential : public sdk::Provider {
 public:
  static constexpr std::chrono::milliseconds kRevokeTimeout{5'000};

  void resolve(sdk::Call& call) override;
  void refresh(sdk::Call& call) override;
  /// Asks nobody for a replaced login whose token the new one holds as well: a server may give the same one again.
  void revoke(sdk::Call& call) override;

 protected:
  /// Stores what a login got.
  void keep_login(const sdk::Call& call, Tokens tokens, const Server& server, std::string_view asked_scope);

 private:
  sdk::Secret kept_;  ///< what a revocation of this process's login would send
};

}  // namespace heygen::plugins
