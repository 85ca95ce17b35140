#include "host/commands/auth/logout.hpp"

#include "core/auth/resolver.hpp"
#include "core/base/text.hpp"
#include "host/commands/auth/support.hpp"
#include "host/context.hpp"

namespace heygen::host {

namespace {

struct Revocations {
  int confirmed = 0;
  int failed = 0;
};

Revocations revoke_all(Context& context, const json::Value& root) {
  Revocations done;
  for (const FilledSlot& slot : filled_slots(root)) {
    const std::optional<bool> confirmed = revoke(context, slot, state_of_slot(root, slot), provider::Reason::logout);
    if (confirmed) ++(*confirmed ? done.confirmed : done.failed);
  }
  return done;
}

std::vector<FilledSlot> clear_file(Context& context) {
  std::vector<FilledSlot> cleared;
  change_file(context, [&](json::Value& root) {
    cleared = filled_slots(root);
    clear_slots(root);
    root.erase("user");
  });
  return cleared;
}

json::Value revoked_block(const Revocations& done) {
  const bool ok = done.failed == 0;
  json::Value block = json::Object{};
  block.set("status", ok ? "ok" : "failed");
  block.set("outcome", ok ? "The server confirmed that the credential is revoked."
                          : "The server did not confirm a revocation; the credential may work until it expires.");
  return block;
}

/// Logged out of the file is not logged out of the environment.
void warn_if_still_supplied(Context& context) {
  auth::Resolver later(context.providers(), context.store(), context.environment, {});
  for (const auth::ExplainRow& row : later.explain()) {
    if (row.verdict != "used") continue;
    const std::string variable = credential_variable(context, row.provider);
    context.terminal.notice("Note: " + (variable.empty() ? printable(row.title) : variable) +
                            " still supplies a credential. heygen goes on using it.");
  }
}

}  // namespace

void run_logout(Context& context, const Parsed&) {
  const json::Value before = read_to_change(context).root;
  const Revocations done = revoke_all(context, before);
  const std::vector<FilledSlot> cleared = clear_file(context);
  if (context.cancel.requested()) {
    throw canceled_error("Canceled while the server was asked to revoke the credential. The stored one was deleted.");
  }

  json::Value out = json::Object{};
  out.set("message", cleared.empty() ? "Nothing was stored." : "Logged out. The stored credential was deleted.");
  for (auto& [flag, value] : cleared_flags(cleared, {})) out.set(flag, value);
  out.set("cleared_credential", cleared_word(cleared));
  out.set("cleared", cleared_ids(cleared, context.providers()));
  if (done.confirmed + done.failed > 0) out.set("revoked", revoked_block(done));

  context.terminal.notice(cleared.empty() ? "Nothing was stored." : "Logged out.");
  if (done.failed > 0) context.terminal.notice("Warning: " + revoked_block(done).string_at("outcome"));
  warn_if_still_supplied(context);
  context.print(out);
}

}  // namespace heygen::host
