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

/// A file that cannot be read keeps its login, but no cache.
CredentialsDocument read_or_clear_caches(store::CredentialStore& store) {
  try {
    return store.read();
  } catch (const store::Unreadable&) {
    store.cache.remove_all();
    throw;
  }
}

/// What a directory that cannot be written leaves undone, the deletion of the credential says later.
std::vector<store::RefreshLock> lock_if_possible(const LogoutDependencies& use) {
  try {
    return lock_refreshes(use.store, use.registry, read_or_clear_caches(use.store).filled_slots(), use.cancel);
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
void put_back_keys_if_possible(store::CredentialStore& store, const CredentialsDocument& document) {
  for (const store::PendingLogin& pending : store.take_interrupted_logins()) {
    if (pending.is_stored_in(document)) continue;
    try {
      put_back_keys(store.keys, pending);
    } catch (const Error&) {
      // its provider then says whether it could revoke it
    }
  }
}

/// Revoked, and gone with its copy.
void undo_interrupted_logins(const LogoutDependencies& use, const CredentialsDocument& document, LogoutResult& result) {
  for (store::PendingLogin& pending : use.store.take_interrupted_logins()) {
    const std::string& id = pending.provider();
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
    if (!pending.remove()) undone.left = path;
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

/// What providers derived, which no login outlives.
std::vector<std::string> clear_caches(store::CredentialStore& store) {
  std::vector<std::string> left;
  for (const std::filesystem::path& path : store.cache.remove_all()) left.push_back(path.string());
  return left;
}

/// Deletes what is stored. Throws when some of it, or a copy of an interrupted login, stays.
void clear(store::CredentialStore& store, const LogoutResult& result) {
  std::vector<std::string> left = left_copies(result);
  std::ranges::move(clear_caches(store), std::back_inserter(left));
  try {
    store.update([&](CredentialsDocument& document) {
      document.clear_slots();
      document.clear_user();
    });
  } catch (const Error& error) {
    left.insert(left.begin(), "the file");
    throw still_stored(result, left, error);
  }
  for (const std::filesystem::path& path : store.keys.remove_all()) left.push_back(path.string());
  if (left.empty()) return;
  throw still_stored(result, left,
                     {code::kFileIo, "The directory does not allow its removal.",
                      "Make the directory writable and run `heygen auth logout` again."});
}

}  // namespace

LogoutResult logout(const LogoutDependencies& dependencies) {
  store::CredentialStore& store = dependencies.store;
  provider::ProviderRegistry& registry = dependencies.registry;
  const std::vector<store::RefreshLock> locks = lock_if_possible(dependencies);

  LogoutResult result;
  const CredentialsDocument before = store.read();
  put_back_keys_if_possible(store, before);
  for (const FilledSlot& slot : before.filled_slots()) {
    LogoutResult::Cleared cleared{slot.slot, owner_of(registry, slot)};
    cleared.revocation = revoke(registry, slot, before.state(slot), provider::Reason::logout, &cleared.why);
    count(result, cleared.revocation);
    result.cleared.push_back(std::move(cleared));
  }
  undo_interrupted_logins(dependencies, before, result);
  clear(store, result);
  result.canceled = dependencies.cancel.requested();
  if (result.canceled) return result;

  for (ExplainRow& row : Resolver(registry, store, dependencies.environment, {}).explain().rows) {
    if (row.verdict == Verdict::used) result.still_used = std::move(row);
  }
  return result;
}

}  // namespace heygen::auth
