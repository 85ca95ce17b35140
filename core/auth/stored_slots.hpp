// SPDX-License-Identifier: Apache-2.0
// What login, logout and refreshes do with the slots of the credentials file besides changing it.
#pragma once

#include <string>
#include <vector>

#include "core/provider/discovery/registry.hpp"
#include "core/store/credential_store.hpp"

namespace heygen::auth {

enum class Revocation : unsigned char {
  not_possible,  ///< the credential cannot be revoked, as its provider says
  no_provider,   ///< no provider can be loaded that could ask a server
  confirmed,
  not_asked,  ///< its provider failed before it asked a server
  failed,
};

/// The file still has the state that was sent to be refreshed: no login, logout or refresh since.
bool is_unchanged(const json::Value& now, const json::Value& sent, const json::Value& patch);

/// Asks the provider of a slot to revoke the credential in `state`: the first that loads of those that share the slot.
/// `why`: of Revocation::not_asked, a sentence.
Revocation revoke(provider::ProviderRegistry& registry, const store::FilledSlot& slot, const json::Value& state,
                  provider::Reason reason, std::string* why = nullptr);

/// A server may issue the same token again: revoking it would end what is stored.
bool shares_a_token(const json::Value& stored, const json::Value& other);

/// Revokes what an interrupted login that is stored replaced, but for what is in `document` all the same. The worst
/// outcome counts.
Revocation revoke_replaced(provider::ProviderRegistry& registry, store::ProviderKeys& keys,
                           const store::PendingLogin& login, const store::CredentialsDocument& document);

/// Undoes what an interrupted login that is not stored did to the keys of the login that is: it wrote its own just
/// before its state. Throws Error when they cannot be written.
void put_back_keys(store::ProviderKeys& keys, const store::PendingLogin& login);

/// The provider that a slot counts for: the first of those that share it that is installed, else the first.
std::string owner_of(provider::ProviderRegistry& registry, const store::FilledSlot& slot);

/// The refresh locks of these slots, as far as a provider is installed that could refresh one: while they are held, no
/// process refreshes what is stored. Throws as CredentialStore::lock_refresh() does.
std::vector<store::RefreshLock> lock_refreshes(store::CredentialStore& store, provider::ProviderRegistry& registry,
                                               const std::vector<store::FilledSlot>& slots, const Cancel& cancel);

}  // namespace heygen::auth
