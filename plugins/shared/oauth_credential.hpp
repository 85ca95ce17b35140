// SPDX-License-Identifier: Apache-2.0
// The common part of the OAuth providers: they share one slot, so either can use, refresh and revoke the other's
// tokens.
#pragma once

#include <heygen/provider.hpp>

#include <chrono>
#include <string_view>

#include "plugins/shared/stored.hpp"

namespace heygen::plugins {

class OauthCredential : public sdk::Provider {
 public:
  void resolve(sdk::Call& call) override;
  void refresh(sdk::Call& call) override;
  /// Sends no request for a replaced login whose token the new login has too: a server may issue the same token again.
  void revoke(sdk::Call& call) override;

 protected:
  /// Stores the tokens of a login.
  void keep_login(const sdk::Call& call, Tokens tokens, const OauthEndpoints& server, std::string_view asked_scope);

 private:
  /// The token that a revocation of this process's login would send, or that a refresh left as it was.
  sdk::Secret kept_;
  bool reissued_ = false;  ///< the login brought the token that was stored already
};

}  // namespace heygen::plugins
