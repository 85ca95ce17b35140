// SPDX-License-Identifier: Apache-2.0
#include "core/auth/logout.hpp"

#include "core/base/cancel.hpp"

namespace heygen::auth {

using store::CredentialsDocument;
using store::FilledSlot;

LogoutResult logout(const LogoutDependencies& dependencies) {
  store::CredentialStore& store = dependencies.store;
  provider::ProviderRegistry& registry = dependencies.registry;
  const std::vector<store::RefreshLock> locks =
      lock_refreshes(store, registry, store.read().filled_slots(), dependencies.cancel);

  LogoutResult result;
  const CredentialsDocument before = store.read();
  for (const FilledSlot& slot : before.filled_slots()) {
    const Revocation revocation = revoke(registry, slot, before.state(slot), provider::Reason::logout);
    if (revocation == Revocation::confirmed) ++result.revoked;
    if (revocation == Revocation::failed) ++result.not_revoked;
  }
  store.update([&](CredentialsDocument& document) {
    result.cleared.clear();
    for (const FilledSlot& slot : document.filled_slots()) {
      result.cleared.push_back({slot.slot, owner_of(registry, slot)});
    }
    document.clear_slots();
    document.clear_user();
  });
  result.canceled = dependencies.cancel.requested();
  if (result.canceled) return result;

  for (ExplainRow& row : Resolver(registry, store, dependencies.environment, {}).explain().rows) {
    if (row.verdict == Verdict::used) result.still_used = std::move(row);
  }
  return result;
}

}  // namespace heygen::auth
