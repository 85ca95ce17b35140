// SPDX-License-Identifier: Apache-2.0
// A logout as one transaction: revoke what is stored as far as possible, then delete it whatever came of that.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/auth/resolver.hpp"
#include "core/auth/stored_slots.hpp"

namespace heygen::auth {

/// What a logout may touch. The references outlive the call.
struct LogoutDependencies {
  store::CredentialStore& store;
  provider::ProviderRegistry& registry;
  const Environment& environment;
  const Cancel& cancel;
};

struct LogoutResult {
  struct Cleared {
    std::string slot, provider;
    Revocation revocation = Revocation::not_possible;
    std::string why{};  ///< of Revocation::not_asked, a sentence
  };
  /// A login that was interrupted, or a refresh that could not be stored.
  struct Interrupted {
    std::string provider;
    Revocation revocation = Revocation::not_possible;
    std::string left{};  ///< the copy, when it cannot be removed
    std::string why{};   ///< of Revocation::not_asked, a sentence
  };
  std::vector<Cleared> cleared;          ///< empty: nothing was stored
  std::vector<Interrupted> interrupted;  ///< revoked and removed, but for the copies that are left
  int revoked = 0, not_revoked = 0;      ///< confirmed and failed revocations
  bool canceled = false;                 ///< while a server was asked; what was stored is deleted all the same
  bool kept = false;                     ///< some of it could not be revoked, and is stored as before
  std::optional<ExplainRow> still_used;  ///< what requests use from now on: the environment's credential, for example
};

/// Waits for refreshes of what is stored, so that no new token is written behind it; where no lock can be made, nothing
/// can be written either. A login that was interrupted is revoked too. Throws store::Unreadable, Error{timeout} and
/// Error{canceled} while it waits, and Error, which says what was revoked, when the file cannot be written; the file is
/// then unchanged. `only`: a provider; what is in other slots than its own stays.
/// `keeps_unrevoked`: what no server confirms to be revoked stays stored, unless it cannot be revoked at all.
LogoutResult logout(const LogoutDependencies& dependencies, const std::string& only = {}, bool keeps_unrevoked = false);

}  // namespace heygen::auth
