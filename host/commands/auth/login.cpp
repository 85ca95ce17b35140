#include "host/commands/auth/login.hpp"

#include <algorithm>
#include <optional>

#include "core/auth/resolver.hpp"
#include "core/base/text.hpp"
#include "core/store/reserved_slots.hpp"
#include "host/commands/auth/method.hpp"
#include "host/commands/auth/probe.hpp"
#include "host/commands/auth/support.hpp"
#include "host/context.hpp"

namespace heygen::host {

namespace {

const auth::RequestInfo kWhoAmI{"GET", "/v3/users/me"};

/// What stood in a slot before this login.
struct Replaced {
  FilledSlot slot;
  json::Value state;
};

/// A login on its way from the provider's answer to the printed result.
struct Login {
  std::string id;
  const provider::Manifest& manifest;
  std::string slot;
  json::Value patch = json::Object{};
  std::optional<auth::Credential> credential;  ///< empty when it could not be resolved for now
  Probe probe;
  std::vector<Replaced> replaced;
};

provider::ProviderResult ask_provider(Context& context, const std::string& id, json::Value state) {
  provider::ProviderRequest ask;
  ask.reason = provider::Reason::login;
  ask.interaction = provider::Interaction::always;
  ask.state = std::move(state);
  return context.providers().load(id).login(ask);
}

/// The new credential as it would be used. Throws when it is unusable; nothing when that cannot be said offline.
void resolve_new(Context& context, Login& login, json::Value state) {
  json::merge_patch(state, login.patch);
  try {
    login.credential = context.resolver().resolve_state(login.id, state, kWhoAmI, provider::Reason::login);
  } catch (const Error& problem) {
    if (problem.code == code::kNetwork) {
      login.probe.trouble = problem.message();
    } else if (problem.exit == Exit::auth) {
      throw Error(code::kError, problem.message(), problem.hint);
    } else {
      throw;
    }
  }
}

void check_new(Context& context, Login& login) {
  if (!login.credential) return;
  const std::int64_t now = context.clock.now();
  if (login.credential->stale(now)) {
    // A refreshable one is renewed by the first request.
    if (!login.credential->refreshable()) login.probe.trouble = "By this computer's clock it has expired already.";
    return;
  }
  const ProbeTarget target{context.api_base(), context.environment.truthy("HEYGEN_ALLOW_HTTP"),
                           "heygen-cli/" + std::string(version())};
  login.probe = probe_credential(context.http(), target, login.credential->headers(now), context.cancel);
}

/// One credential stays in the file: this one.
void save(Context& context, Login& login) {
  change_file(context, [&](json::Value& root) {
    login.replaced.clear();
    for (const FilledSlot& slot : filled_slots(root)) login.replaced.push_back({slot, state_of_slot(root, slot)});
    json::Value state = auth::slot_state(root, login.id);
    json::merge_patch(state, login.patch);
    std::erase_if(login.replaced,
                  [&](const Replaced& old) { return old.slot.slot == login.slot && old.state == state; });
    clear_slots(root, login.slot);
    auth::set_slot_state(root, login.id, state);
    replace_user(root, login.probe.user);
  });
}

/// A token that was hard to get is stored before anything else can go wrong.
void save_then_check(Context& context, Login& login) {
  save(context, login);
  try {
    check_new(context, login);
    if (!login.probe.user.as_object().empty()) {
      change_file(context, [&](json::Value& root) { replace_user(root, login.probe.user); });
    }
  } catch (const Error& problem) {
    if (problem.code != code::kCanceled) throw;
    throw canceled_error("Canceled while the new login was checked; it is stored.");
  }
}

void check_then_save(Context& context, Login& login) {
  check_new(context, login);
  if (login.probe.verdict == Probe::Verdict::refused) {
    throw auth_error(
        "The server refused the new credential (" + login.manifest.title + ", status 401). Nothing was saved.",
        "Check it and run `heygen auth login` again.");
  }
  save(context, login);
}

std::vector<FilledSlot> cleared_slots(const Login& login) {
  std::vector<FilledSlot> cleared;
  for (const Replaced& old : login.replaced) {
    if (old.slot.slot != login.slot) cleared.push_back(old.slot);
  }
  return cleared;
}

void revoke_replaced(Context& context, const Login& login) {
  for (Replaced old : login.replaced) {
    // Of those who share the slot, the one that logged in knows which tokens are still in use.
    std::stable_partition(old.slot.ids.begin(), old.slot.ids.end(),
                          [&](const std::string& id) { return id == login.id; });
    const std::optional<bool> revoked = revoke(context, old.slot, old.state, provider::Reason::replaced);
    if (context.globals.verbose && revoked) {
      context.terminal.notice(std::string(*revoked ? "Revoked" : "Could not revoke") + " the replaced credential (" +
                              printable(old.slot.slot) + ").");
    }
  }
}

/// Requests may still use something else: say so now rather than let it surprise.
void warn_if_shadowed(Context& context, const Login& login) {
  // Without --provider, which held for this login only.
  auth::Resolver later(context.providers(), context.store(), context.environment, {});
  for (const auth::ExplainRow& row : later.explain()) {
    if (row.verdict == "broken" && row.slot != store::slot_of(login.id))
      context.terminal.notice("Warning: " + printable(row.why));
    if (row.verdict != "used") continue;
    // Two providers that share a slot read the same login.
    const bool same = row.slot == store::slot_of(login.id);
    const bool ours = same && (!login.credential || row.source == login.credential->source());
    if (ours) return;
    const std::string variable = credential_variable(context, row.provider);
    context.terminal.notice(variable.empty()
                                ? "Warning: requests go on using " + printable(row.title) +
                                      " before the stored login. " + printable(row.why)
                                : "Warning: " + variable +
                                      " is set and comes before the stored login. Unset it to use the new one.");
  }
}

void tell(Context& context, const Login& login, const std::string& name) {
  using Verdict = Probe::Verdict;
  if (login.probe.verdict == Verdict::refused) {
    context.terminal.notice("Warning: the login is stored, but the server refused it (status 401).");
  } else if (!login.probe.trouble.empty()) {
    context.terminal.notice(
        (login.probe.verdict == Verdict::accepted ? "Note: " : "Warning: stored without a check. ") +
        printable(login.probe.trouble));
  }
  std::vector<std::string> slots;
  for (const FilledSlot& slot : cleared_slots(login)) slots.push_back(printable(slot.slot));
  if (!slots.empty()) context.terminal.notice("Deleted the other stored credential: " + enumerate(slots) + ".");
  if (!name.empty()) context.terminal.notice("Logged in as " + printable(name) + ".");
}

std::string message_of(const Login& login, const std::string& name) {
  const std::string& title = login.manifest.title;
  if (!name.empty()) return "Logged in as " + name + " with " + title + ".";
  switch (login.probe.verdict) {
    case Probe::Verdict::accepted:
      return "Logged in with " + title + ".";
    case Probe::Verdict::refused:
      return "Stored the new credential (" + title + "), which the server refused.";
    case Probe::Verdict::unknown:
      break;
  }
  return "Stored the new credential (" + title + ") without a check.";
}

json::Value result(Context& context, const Login& login, const std::string& name) {
  const std::vector<FilledSlot> cleared = cleared_slots(login);
  json::Value out = json::Object{};
  out.set("message", message_of(login, name));
  for (auto& [flag, value] : cleared_flags(cleared, login.slot)) out.set(flag, value);
  out.set("cleared", cleared_ids(cleared, context.providers()));
  for (const std::string_view member : {"username", "email", "first_name", "last_name"}) {
    if (const json::Value* value = login.probe.user.find(member)) out.set(member, *value);
  }
  const std::string scope = login.credential ? login.credential->scope() : std::string{};
  const auto expires_at = login.credential ? login.credential->expires_at() : std::nullopt;
  const store::ReservedSlot* reserved = store::reserved_slot_of(login.id);
  const bool token = reserved != nullptr && !reserved->plain_text;
  if (token || !scope.empty()) out.set("scope", scope);
  if (token || expires_at) out.set("expires_at", expires_at ? format_time(*expires_at) : std::string{});
  return out;
}

}  // namespace

Error login_error(const provider::ProviderResult& answer, const provider::Manifest& manifest) {
  using Status = provider::Status;
  const auto or_else = [&](const std::string& text) { return answer.message.empty() ? text : answer.message; };
  const std::string name = manifest.title.empty() ? manifest.id : manifest.title;
  switch (answer.status) {
    case Status::cancelled:
      return canceled_error(or_else("Login canceled."));
    case Status::usage:
      return usage_error(or_else("The login with " + name + " was given wrong options or settings."), answer.hint);
    case Status::unsupported:
      return usage_error(or_else("The login with " + name + " is not yet supported."), answer.hint);
    case Status::transient:
      return network_error(or_else("The login with " + name + " failed for now."),
                           answer.hint.empty() ? "Try again in a moment. Nothing was changed." : answer.hint);
    case Status::internal:
      return {code::kError, or_else("The provider `" + manifest.id + "` failed because of a fault of its own."),
              answer.hint};
    default:
      return {code::kError, or_else("The login with " + name + " failed."), answer.hint};
  }
}

void run_login(Context& context, const Parsed& parsed) {
  static_cast<void>(context.api_base());  // another one than the policy's shows before anything is asked
  std::string id = named_method(parsed, context.providers().found(), context.globals.provider);
  if (!id.empty()) require_login(context, id);
  const json::Value before = read_to_change(context).root;
  if (id.empty()) id = unnamed_method(context);

  const provider::DiscoveredProvider& found = require_login(context, id);
  const provider::Manifest manifest = found.manifest;
  if (!found.refused) require_settings(manifest, context.config(), context.environment);
  const json::Value state = auth::slot_state(before, id);
  const provider::ProviderResult answer = ask_provider(context, id, state);
  if (answer.status != provider::Status::ok) throw login_error(answer, manifest);

  Login login{id, manifest, store::slot_of(id), json::Object{}, std::nullopt, {}, {}};
  login.patch = answer.patch.value_or(json::Value(json::Object{}));
  resolve_new(context, login, state);
  if (!login.credential || login.credential->refreshable()) {
    save_then_check(context, login);
  } else {
    check_then_save(context, login);
  }
  revoke_replaced(context, login);

  const std::string name = display_name(login.probe.user);
  tell(context, login, name);
  warn_if_shadowed(context, login);
  context.print(result(context, login, name));
}

}  // namespace heygen::host
