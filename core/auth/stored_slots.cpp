// SPDX-License-Identifier: Apache-2.0
#include "core/auth/stored_slots.hpp"

#include <algorithm>

#include "core/auth/session.hpp"
#include "core/base/text.hpp"
#include "core/store/reserved_slots.hpp"

namespace heygen::auth {

namespace {

/// A plain-text key is never refreshed, and a provider that is not installed refreshes nothing.
bool is_refreshable(provider::ProviderRegistry& registry, const store::FilledSlot& slot) {
  const store::ReservedSlot* reserved = store::reserved_slot_of(slot.ids.front());
  if (!slot.readable || (reserved != nullptr && reserved->plain_text)) return false;
  return std::ranges::any_of(slot.ids, [&](const std::string& id) { return registry.find(id) != nullptr; });
}

}  // namespace

bool is_unchanged(const json::Value& now, const json::Value& sent, const json::Value& patch) {
  if (!patch.is_object()) return now == sent;
  return std::ranges::all_of(patch.as_object(), [&](const json::Member& change) {
    const json::Value* left = now.find(change.first);
    const json::Value* right = sent.find(change.first);
    return (left == nullptr) == (right == nullptr) && (left == nullptr || *left == *right);
  });
}

Revocation revoke(provider::ProviderRegistry& registry, const store::FilledSlot& slot, const json::Value& state,
                  provider::Reason reason, std::string* why) {
  using provider::Status;
  if (!slot.readable) return Revocation::not_possible;
  for (const std::string& id : slot.ids) {
    const provider::DiscoveredProvider* found = registry.find(id);
    if (found == nullptr || !found->is_usable()) continue;
    provider::ProviderRequest request;
    request.reason = reason;
    request.state = state;
    try {
      const provider::ProviderResult answer = registry.load(id).revoke(request);
      const Status status = answer.status;
      if (status == Status::unsupported || status == Status::not_configured) return Revocation::not_possible;
      if (status == Status::ok) return Revocation::confirmed;
      // What a provider does without the host is unknown, unless it says that it could not do it.
      const bool is_unusable = status == Status::broken || status == Status::usage;
      if (answer.sent == provider::Sent::changes || (answer.sent == provider::Sent::nothing && !is_unusable))
        return Revocation::failed;
      if (why != nullptr) *why = answer.message.empty() ? "The provider cannot use it." : printable(answer.message);
      return Revocation::not_asked;
    } catch (const Error&) {
      continue;  // it cannot be loaded, so it was not asked
    }
  }
  const store::ReservedSlot* reserved = store::reserved_slot_of(slot.ids.front());
  return reserved != nullptr && reserved->plain_text ? Revocation::not_possible : Revocation::no_provider;
}

bool shares_a_token(const json::Value& stored, const json::Value& other) {
  return std::ranges::any_of(other.as_object(), [&](const json::Member& member) {
    const std::string value = other.string_at(member.first);
    return member.first.ends_with("token") && !value.empty() && value == stored.string_at(member.first);
  });
}

Revocation revoke_replaced(provider::ProviderRegistry& registry, store::ProviderKeys& keys,
                           const store::PendingLogin& login, const store::CredentialsDocument& document) {
  Revocation worst = Revocation::not_possible;
  for (const store::ReplacedLogin& old : login.replaced()) {
    const json::Value stored = document.state(old.slot);
    if (stored == old.state || shares_a_token(stored, old.state)) continue;
    const store::ProviderKeys::Shown old_keys(keys, login.provider(), old.keys);
    const Revocation one = revoke(registry, old.slot, old.state, provider::Reason::replaced);
    if (one == Revocation::not_possible) continue;
    worst = worst == Revocation::not_possible || worst == Revocation::confirmed ? one : worst;
  }
  return worst;
}

void put_back_keys(store::ProviderKeys& keys, const store::PendingLogin& login) {
  const std::string& id = login.provider();
  const auto old = std::ranges::find(login.replaced(), store::slot_of(id),
                                     [](const store::ReplacedLogin& one) { return one.slot.slot; });
  const store::KeySet before = old == login.replaced().end() ? store::KeySet{} : old->keys;
  if (keys.stored(id) == login.keys()) keys.restore(id, before);
}

std::string owner_of(provider::ProviderRegistry& registry, const store::FilledSlot& slot) {
  const auto installed =
      std::ranges::find_if(slot.ids, [&](const std::string& id) { return registry.find(id) != nullptr; });
  return installed == slot.ids.end() ? slot.ids.front() : *installed;
}

std::vector<store::RefreshLock> lock_refreshes(store::CredentialStore& store, provider::ProviderRegistry& registry,
                                               const std::vector<store::FilledSlot>& slots, const Cancel& cancel) {
  std::vector<std::string> names;
  for (const store::FilledSlot& slot : slots) {
    if (is_refreshable(registry, slot)) names.push_back(slot.slot);
  }
  // One order for all processes, so that no two wait for each other.
  std::ranges::sort(names);
  std::vector<store::RefreshLock> locks;
  for (const std::string& name : names) locks.push_back(store.lock_refresh(name, Session::kLockDeadline, cancel));
  return locks;
}

}  // namespace heygen::auth
