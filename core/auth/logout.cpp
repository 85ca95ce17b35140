// SPDX-License-Identifier: Apache-2.0
#include "core/auth/logout.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>

#include "core/base/cancel.hpp"
#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/store/reserved_slots.hpp"

namespace heygen::auth {

using store::CredentialsDocument;
using store::FilledSlot;

namespace {

/// What a logout is about: everything, or the slot of one provider.
struct Scope {
  std::string provider;  ///< empty: of all

  bool has_slot(const std::string& slot) const { return provider.empty() || slot == store::slot_of(provider); }
  std::vector<FilledSlot> slots_of(const CredentialsDocument& document) const {
    std::vector<FilledSlot> slots = document.filled_slots();
    std::erase_if(slots, [&](const FilledSlot& slot) { return !has_slot(slot.slot); });
    return slots;
  }
  /// Those that share the slot.
  std::vector<std::string> ids() const {
    const store::ReservedSlot* reserved = store::reserved_slot_of(provider);
    if (reserved == nullptr) return {provider};
    return {reserved->ids.begin(), reserved->ids.end()};
  }
};

/// Calls `remove` of one provider for each in scope, or `remove_all`. The files that are left.
template <class Files>
std::vector<std::string> remove_files(Files& files, const Scope& scope) {
  std::vector<std::filesystem::path> left;
  if (scope.provider.empty()) {
    left = files.remove_all();
  } else {
    for (const std::string& id : scope.ids()) std::ranges::move(files.remove(id), std::back_inserter(left));
  }
  std::vector<std::string> names;
  for (const std::filesystem::path& path : left) names.push_back(path.string());
  return names;
}

/// A file that cannot be read keeps its login, but no cache.
CredentialsDocument read_or_clear_caches(store::CredentialStore& store, const Scope& scope) {
  try {
    return store.read();
  } catch (const store::Unreadable&) {
    remove_files(store.cache, scope);
    throw;
  }
}

/// What a directory that cannot be written leaves undone, the deletion of the credential says later.
std::vector<store::RefreshLock> lock_if_possible(const LogoutDependencies& use, const Scope& scope) {
  try {
    return lock_refreshes(use.store, use.registry, scope.slots_of(read_or_clear_caches(use.store, scope)), use.cancel);
  } catch (const Error& error) {
    if (error.code != code::kFileIo) throw;
    return {};
  }
}

void count(LogoutResult& result, Revocation revocation) {
  if (revocation == Revocation::confirmed) ++result.revoked;
  if (revocation == Revocation::failed) ++result.not_revoked;
}

/// What is stored is then revoked with its own keys.
void put_back_keys_if_possible(store::CredentialStore& store, const CredentialsDocument& document, const Scope& scope) {
  for (const store::PendingLogin& pending : store.take_interrupted_logins()) {
    if (!scope.has_slot(store::slot_of(pending.provider()))) continue;
    if (pending.is_stored_in(document)) continue;
    try {
      put_back_keys(store.keys, pending);
    } catch (const Error&) {
      // its provider then says whether it could revoke it
    }
  }
}

/// It may be valid, although a server could have been asked.
bool is_unrevoked(Revocation revocation) {
  return revocation != Revocation::confirmed && revocation != Revocation::not_possible;
}

/// Revoked, and gone with its copy.
void undo_interrupted_logins(const LogoutDependencies& use, const CredentialsDocument& document, const Scope& scope,
                             LogoutResult& result, bool keeps_unrevoked) {
  for (store::PendingLogin& pending : use.store.take_interrupted_logins()) {
    const std::string& id = pending.provider();
    if (!scope.has_slot(store::slot_of(id))) continue;
    LogoutResult::Interrupted undone{id};
    if (pending.is_stored_in(document)) {
      undone.revocation = revoke_replaced(use.registry, use.store.keys, pending, document);
      count(result, undone.revocation);
    } else {
      json::Value state = pending.refreshed().value_or(json::Object{});
      json::merge_patch(state, pending.patch());
      const store::ProviderKeys::Shown shown(use.store.keys, id, pending.keys());
      undone.revocation =
          revoke(use.registry, {store::slot_of(id), {id}}, state, provider::Reason::logout, &undone.why);
      count(result, undone.revocation);
    }
    const std::string path = pending.path();
    if (keeps_unrevoked && is_unrevoked(undone.revocation))
      result.kept = true;
    else if (!pending.remove())
      undone.left = path;
    result.interrupted.push_back(std::move(undone));
  }
}

/// The copies that could not be removed.
std::vector<std::string> left_copies(const LogoutResult& result) {
  std::vector<std::string> left;
  for (const LogoutResult::Interrupted& one : result.interrupted)
    if (!one.left.empty()) left.push_back(one.left);
  return left;
}

Error still_stored(const LogoutResult& result, const std::vector<std::string>& places, const Error& why) {
  const std::string outcome = result.not_revoked > 0 ? "The server did not confirm that the credential is revoked"
                              : result.revoked > 0   ? "The credential is revoked"
                                                     : "No server was asked to revoke the credential";
  const bool good = result.not_revoked == 0 && result.revoked > 0;
  return {why.code,
          outcome + (good ? ", but it is still in " : ", and it is still in ") + join(places, " and ") + ". " +
              why.message(),
          why.hint, why.exit};
}

/// Deletes what is stored. Throws when some of it, or a copy of an interrupted login, stays.
void clear(store::CredentialStore& store, const LogoutResult& result, const Scope& scope) {
  std::vector<std::string> left = left_copies(result);
  std::ranges::move(remove_files(store.cache, scope), std::back_inserter(left));  // no login outlives it
  try {
    store.update([&](CredentialsDocument& document) {
      if (scope.provider.empty()) {
        document.clear_slots();
      } else {
        document.set_state(scope.provider, json::Object{});
      }
      if (document.filled_slots().empty()) document.clear_user();
    });
  } catch (const Error& error) {
    left.insert(left.begin(), "the file");
    throw still_stored(result, left, error);
  }
  std::ranges::move(remove_files(store.keys, scope), std::back_inserter(left));
  if (left.empty()) return;
  throw still_stored(result, left,
                     {code::kFileIo, "The directory does not allow its removal.",
                      "Make the directory writable and run `heygen auth logout` again."});
}

}  // namespace

LogoutResult logout(const LogoutDependencies& dependencies, const std::string& only, bool keeps_unrevoked) {
  const Scope scope{only};
  store::CredentialStore& store = dependencies.store;
  provider::ProviderRegistry& registry = dependencies.registry;
  const std::vector<store::RefreshLock> locks = lock_if_possible(dependencies, scope);

  LogoutResult result;
  const CredentialsDocument before = store.read();
  put_back_keys_if_possible(store, before, scope);
  for (const FilledSlot& slot : scope.slots_of(before)) {
    LogoutResult::Cleared cleared{slot.slot, owner_of(registry, slot)};
    cleared.revocation = revoke(registry, slot, before.state(slot), provider::Reason::logout, &cleared.why);
    count(result, cleared.revocation);
    result.kept = result.kept || (keeps_unrevoked && is_unrevoked(cleared.revocation));
    result.cleared.push_back(std::move(cleared));
  }
  if (!result.kept) undo_interrupted_logins(dependencies, before, scope, result, keeps_unrevoked);
  if (result.kept) {
    result.canceled = dependencies.cancel.requested();
    return result;
  }
  clear(store, result, scope);
  result.canceled = dependencies.cancel.requested();
  if (result.canceled) return result;

  for (ExplainRow& row : Resolver(registry, store, dependencies.environment, {}).explain().rows) {
    if (row.verdict == Verdict::used) result.still_used = std::move(row);
  }
  return result;
}

}  // namespace heygen::auth
