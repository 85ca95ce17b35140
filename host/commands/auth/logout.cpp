// SPDX-License-Identifier: Apache-2.0
#include "host/commands/auth/logout.hpp"

#include "core/auth/logout.hpp"
#include "core/store/started_login_file.hpp"
#include "host/commands/auth/support.hpp"
#include "host/commands/provider/lookup.hpp"
#include "host/printer.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::auth {

namespace {

/// A credential may outlive its provider.
void require_known(Services& services, const std::string& id) {
  if (id.empty() || services.registry().find(id) != nullptr || services.store().read().is_filled(id)) return;
  throw provider::unknown_provider(services, id);
}

heygen::auth::LogoutResult log_out(Services& services) {
  const std::string& id = services.options.provider;
  try {
    require_known(services, id);
    return heygen::auth::logout({services.store(), services.registry(), services.environment, services.cancel}, id);
  } catch (const store::Unreadable& problem) {
    throw unchangeable_file(problem);
  }
}

json::Value revoked_block(const heygen::auth::LogoutResult& result) {
  const bool ok = result.not_revoked == 0;
  json::Value block = json::Object{};
  block.set("status", ok ? "ok" : "failed");
  block.set("outcome", ok ? "The server confirmed that the credential is revoked."
                          : "The server did not confirm the revocation; the credential may work until it expires.");
  return block;
}

json::Value document_of(const heygen::auth::LogoutResult& result, Services& services) {
  std::vector<std::string> slots;
  json::Array providers;
  for (const heygen::auth::LogoutResult::Cleared& cleared : result.cleared) {
    slots.push_back(cleared.slot);
    providers.emplace_back(cleared.provider);
  }
  json::Value out = json::Object{};
  out.set("message", slots.empty() ? "Nothing was stored" + services.store().account + "."
                                   : "Logged out" + services.store().account + ". The stored credential was deleted.");
  set_profile(out, services);
  for (auto& [flag, value] : cleared_flags(slots, {})) out.set(flag, value);
  out.set("cleared_credential", cleared_word(slots));
  out.set("cleared", std::move(providers));
  if (result.revoked + result.not_revoked > 0) out.set("revoked", revoked_block(result));
  return out;
}

/// Where no server was asked to revoke it, so that the user knows what is still valid.
void print_unrevoked(Services& services, heygen::auth::Revocation revocation, const std::string& what,
                     const std::string& provider, const std::string& why) {
  using heygen::auth::Revocation;
  const std::string id = "`" + provider + "`" + services.store().account;
  if (revocation == Revocation::not_asked) {
    services.terminal.notice("Warning: no server was asked to revoke the " + what + " of provider " + id + ". " + why +
                             " It may work until it expires.");
  } else if (revocation == Revocation::no_provider) {
    services.terminal.notice("Warning: the " + what + " of provider " + id +
                             " was not revoked, as the provider cannot be loaded. It works until it expires.");
  } else if (revocation == Revocation::not_possible) {
    services.terminal.notice("Note: no server was asked to revoke the " + what + " of provider " + id +
                             ". It stays valid outside heygen.");
  }
}

void print_interrupted(Services& services, const heygen::auth::LogoutResult& result) {
  using heygen::auth::Revocation;
  for (const heygen::auth::LogoutResult::Interrupted& one : result.interrupted) {
    services.terminal.notice("Deleted a login with provider `" + one.provider + "` that was interrupted" +
                             (one.revocation == Revocation::confirmed ? ", and revoked its credential." : "."));
    print_unrevoked(services, one.revocation, "credential of that login", one.provider, one.why);
  }
}

/// With a record of each credential that is gone, or of the failure.
heygen::auth::LogoutResult audited_logout(Services& services) {
  using heygen::auth::Revocation;
  services.require_audit();
  try {
    heygen::auth::LogoutResult result = log_out(services);
    const auto tell = [&](const std::string& id, Revocation revocation) {
      services.audit_done({"logout", "ok", id, {{"revoked", revocation == Revocation::confirmed ? "yes" : "no"}}});
    };
    for (const heygen::auth::LogoutResult::Cleared& one : result.cleared) tell(one.provider, one.revocation);
    for (const heygen::auth::LogoutResult::Interrupted& one : result.interrupted) tell(one.provider, one.revocation);
    return result;
  } catch (const Error& error) {
    services.audit_done({"logout", "failed", services.options.provider, {{"reason", error.message()}}});
    throw;
  }
}

}  // namespace

void run_logout(Services& services, Printer& printer, const Parsed&) {
  services.require_profile();
  const heygen::auth::LogoutResult result = audited_logout(services);
  if (result.canceled) {
    throw canceled_error("Canceled while the server was asked to revoke the credential. The stored one was deleted.");
  }
  // A login that waits for its second step is over, too.
  if (!services.store().directory().empty())
    store::StartedLoginFile(services.store().directory(), services.clock).remove();
  services.terminal.notice((result.cleared.empty() ? "Nothing was stored" : "Logged out") + services.store().account +
                           ".");
  print_interrupted(services, result);
  if (result.not_revoked > 0) services.terminal.notice("Warning: " + revoked_block(result).string_at("outcome"));
  for (const heygen::auth::LogoutResult::Cleared& cleared : result.cleared)
    print_unrevoked(services, cleared.revocation, "credential", cleared.provider, cleared.why);
  if (result.still_used) {
    // Logged out of the file is not logged out of the environment.
    const heygen::auth::ExplainRow& row = *result.still_used;
    services.terminal.notice("Note: " + (row.variable.empty() ? row.title : row.variable) +
                             " still supplies a credential. heygen continues to use it.");
  }
  printer.print(document_of(result, services));
}

}  // namespace heygen::host::commands::auth
