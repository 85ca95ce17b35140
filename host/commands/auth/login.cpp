// SPDX-License-Identifier: Apache-2.0
#include "host/commands/auth/login.hpp"

#include <algorithm>

#include "core/auth/login.hpp"
#include "core/base/retry_hint.hpp"
#include "core/base/text.hpp"
#include "core/config/config.hpp"
#include "core/provider/stage/direct_login.hpp"
#include "core/provider/status.hpp"
#include "core/store/reserved_slots.hpp"
#include "host/commands/auth/events.hpp"
#include "host/commands/auth/explain.hpp"
#include "host/commands/auth/method.hpp"
#include "host/commands/auth/store.hpp"
#include "host/commands/auth/support.hpp"
#include "host/commands/auth/two_steps.hpp"
#include "host/commands/provider/offer.hpp"
#include "host/policy_rules.hpp"
#include "host/printer.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::auth {

namespace {

using heygen::auth::LoginResult;
using Check = LoginResult::Check;

heygen::auth::LoginResult log_in(Services& services, const std::string& id,
                                 const heygen::provider::GivenSettings& given, heygen::provider::LoginStage& stage) {
  try {
    return heygen::auth::login(services.login_dependencies(), id, given, &stage);
  } catch (const store::Unreadable& problem) {
    throw unchangeable_file(problem);
  }
}

/// Before anything is asked: a file that cannot be read cannot take the credential.
void require_readable_file(Services& services) {
  try {
    static_cast<void>(services.store().read());
  } catch (const store::Unreadable& problem) {
    throw unchangeable_file(problem);
  }
}

/// The end of a sentence that says that nothing was stored.
std::string revocation_words(heygen::auth::Revocation revocation) {
  using heygen::auth::Revocation;
  return revocation == Revocation::confirmed   ? ", and the new credential was revoked"
         : revocation == Revocation::not_asked ? ", but no server was asked to revoke the new credential"
         : revocation == Revocation::failed    ? ", but the server did not confirm that the new credential is revoked"
                                               : "";
}

Error unconfirmed_error(const LoginResult& result, const heygen::provider::Manifest& manifest) {
  const std::string why = result.problem.empty() ? "The API did not accept it." : result.problem;
  return {code::kError,
          "Could not verify the new credential (" + manifest.title + "). " + why + " Nothing was stored" +
              revocation_words(result.revocation) + ".",
          "Run " + store::login_command(manifest.id) + " again once the API is available."};
}

Error rejected_error(const LoginResult& result, const heygen::provider::Manifest& manifest,
                     const std::string& account) {
  const std::string revoked = revocation_words(result.revocation);
  return auth_error("The API rejected the new credential (" + manifest.title + ", HTTP " +
                        std::to_string(result.http_status) + ")" + account + ". Nothing was stored" + revoked + ".",
                    "Check it and run " + store::login_command(manifest.id) + " again.");
}

void require_stored(const LoginResult& result, const heygen::provider::Manifest& manifest, const std::string& account) {
  switch (result.outcome) {
    case LoginResult::Outcome::stored:
      return;
    case LoginResult::Outcome::provider_failed:
      throw login_error(result.answer, manifest);
    case LoginResult::Outcome::rejected:
      throw rejected_error(result, manifest, account);
    case LoginResult::Outcome::unconfirmed:
      throw unconfirmed_error(result, manifest);
    case LoginResult::Outcome::canceled_after_saving:
      throw canceled_error("Canceled while the new credential was checked; it is stored.");
  }
}

std::vector<std::string> cleared_slots(const LoginResult& result) {
  std::vector<std::string> slots;
  for (const LoginResult::Replaced& old : result.replaced) {
    if (!old.own_slot) slots.push_back(old.slot);
  }
  return slots;
}

void print_revocations(Services& services, const LoginResult& result) {
  if (!services.options.verbose) return;
  for (const LoginResult::Replaced& old : result.replaced) {
    if (old.revocation == heygen::auth::Revocation::not_possible) continue;
    if (old.revocation == heygen::auth::Revocation::no_provider) {
      services.terminal.notice("No installed provider could revoke the replaced credential (" + old.slot + ").");
      continue;
    }
    if (old.revocation == heygen::auth::Revocation::not_asked) {
      services.terminal.notice("No server was asked to revoke the replaced credential (" + old.slot + ").");
      continue;
    }
    const bool confirmed = old.revocation == heygen::auth::Revocation::confirmed;
    services.terminal.notice(std::string(confirmed ? "Revoked" : "Could not revoke") + " the replaced credential (" +
                             old.slot + ").");
  }
}

/// What the check of the new credential found, or "" when all is well.
std::string check_notice(const LoginResult& result) {
  const std::string unverified = "Warning: could not verify the credential; it is stored anyway. ";
  switch (result.check) {
    case Check::accepted:
      return result.user.as_object().empty() ? "Note: The API accepted the credential without saying whose it is." : "";
    case Check::expired:
      return unverified + "By this machine's clock it has already expired.";
    case Check::failed:
      return unverified + result.problem;
    case Check::postponed:
      break;
  }
  return {};
}

std::string shadowing_notice(const heygen::auth::ExplainRow& row) {
  if (row.verdict == heygen::auth::Verdict::broken) return "Warning: " + why_sentence(row);
  if (!row.variable.empty()) {
    return "Warning: " + row.variable +
           " is set and takes precedence over the stored credential. Unset it to use the new one.";
  }
  return "Warning: requests continue to use " + row.title + " before the stored credential. " + why_sentence(row);
}

void print_notices(Services& services, const LoginResult& result, const std::string& name) {
  print_revocations(services, result);
  if (const std::string notice = check_notice(result); !notice.empty()) services.terminal.notice(notice);
  for (const LoginResult::Replaced& old : result.replaced)
    if (old.own_slot)
      services.terminal.notice("Replaced the credential that was stored before (" + old.slot + ")" +
                               services.store().account + ".");
  std::vector<std::string> slots;
  for (const std::string& slot : cleared_slots(result)) slots.push_back(slot);
  if (!slots.empty())
    services.terminal.notice("Deleted the other stored credential" + services.store().account + ": " +
                             enumerate(slots) + ".");
  if (!name.empty()) services.terminal.notice("Logged in as " + name + services.store().account + ".");
  for (const heygen::auth::ExplainRow& row : result.shadowing) services.terminal.notice(shadowing_notice(row));
}

std::string message_of(const LoginResult& result, const std::string& title, const std::string& name,
                       const std::string& account) {
  if (!name.empty()) return "Logged in as " + name + " with " + title + account + ".";
  if (result.check == Check::accepted) return "Logged in with " + title + account + ".";
  return "Stored the new credential" + account + " (" + title + ") without a check.";
}

json::Value document_of(const LoginResult& result, const heygen::provider::Manifest& manifest, const std::string& name,
                        Services& services) {
  json::Array cleared;
  for (const LoginResult::Replaced& old : result.replaced) {
    if (!old.own_slot) cleared.emplace_back(old.provider);
  }
  json::Value out = json::Object{};
  out.set("message", message_of(result, manifest.title, name, services.store().account));
  set_profile(out, services);
  for (auto& [flag, value] : cleared_flags(cleared_slots(result), store::slot_of(manifest.id))) out.set(flag, value);
  out.set("cleared", std::move(cleared));
  for (const std::string_view member : {"username", "email", "first_name", "last_name"}) {
    if (const json::Value* value = result.user.find(member)) out.set(member, *value);
  }
  const std::string scope = result.credential ? result.credential->scope() : std::string{};
  const auto expires_at = result.credential ? result.credential->expires_at() : std::nullopt;
  const store::ReservedSlot* reserved = store::reserved_slot_of(manifest.id);
  const bool token = reserved != nullptr && !reserved->plain_text;
  if (token || !scope.empty()) out.set("scope", scope);
  if (token || expires_at) out.set("expires_at", expires_at ? format_time(*expires_at) : std::string{});
  return out;
}

}  // namespace

namespace {

Error later_error(const heygen::provider::ProviderResult& answer, const std::string& message) {
  std::string hint = answer.hint.empty() ? "Try again later; the stored credential is unchanged." : answer.hint;
  if (answer.retry_after > 0) hint = try_again(answer.retry_after);
  Error error = network_error(message, hint);
  if (answer.retry_after > 0) error.retry_after = answer.retry_after;
  return error;
}

/// Refused is refused, by whichever request of the login. Without one, it was the user who refused.
Error refusal(const heygen::provider::ProviderResult& answer, const std::string& message, const std::string& id) {
  const std::string again = "og in again with " + store::login_command(id) + ".";
  if (answer.sent != heygen::provider::Sent::changes || answer.hint.find(store::kLoginCommand) != std::string::npos)
    return {code::kError, message, answer.hint};
  return {code::kError, message, answer.hint.empty() ? "L" + again : answer.hint + " Then l" + again};
}

}  // namespace

Error login_error(const heygen::provider::ProviderResult& answer, const heygen::provider::Manifest& manifest) {
  using Status = heygen::provider::Status;
  const auto or_else = [&](const std::string& text) { return answer.message.empty() ? text : answer.message; };
  const std::string name = manifest.title.empty() ? manifest.id : manifest.title;
  switch (answer.status) {
    case Status::canceled:
      return canceled_error(or_else("Login canceled."));
    case Status::usage:
      return usage_error(or_else("Could not log in with " + name + ": invalid options or settings."), answer.hint);
    case Status::unsupported:
      return usage_error(or_else("The login with " + name + " is not yet supported."), answer.hint);
    case Status::transient:
      return later_error(answer, or_else("Could not log in with " + name + ": the server is unavailable."));
    case Status::rejected:
      return refusal(answer, or_else("The login with " + name + " was refused."), manifest.id);
    case Status::internal:
      return heygen::provider::to_error(answer, manifest, {});
    default:
      return {code::kError, or_else("Could not log in with " + name + "."), answer.hint};
  }
}

heygen::provider::GivenSettings given_settings(const Parsed& parsed, const heygen::provider::Manifest& manifest) {
  heygen::provider::GivenSettings given;
  for (const store::LoginVariant& variant : store::login_variants()) {
    if (parsed.is_on(variant.option)) given.insert_or_assign(std::string(variant.setting), "true");
  }
  for (const std::string& text : parsed.values("set")) {
    const std::size_t mark = text.find('=');
    const std::string key = text.substr(0, mark);
    if (mark == std::string::npos || mark == 0)
      throw usage_error("--set '" + shown_word(text) + "' is not of the form KEY=VALUE.",
                        "Such as --set role=admin; `heygen provider why " + manifest.id + " --human` lists the keys.");
    const auto setting = std::ranges::find(manifest.settings, key, &heygen::provider::Setting::key);
    if (setting == manifest.settings.end())
      throw usage_error("The provider `" + manifest.id + "` has no setting `" + shown_word(key) + "`.",
                        "`heygen provider why " + manifest.id + " --human` lists its settings.");
    std::string value = text.substr(mark + 1);
    const heygen::config::DeclaredKey declared{
        .key = key, .type = name_of(setting->type), .env = {}, .fallback = {}, .doc = {}};
    if (!value.empty()) value = heygen::config::checked_text(declared, value);
    given.insert_or_assign(key, std::move(value));
  }
  return given;
}

/// With a record of how it ended.
LoginResult audited_login(Services& services, const heygen::provider::Manifest& manifest,
                          const heygen::provider::GivenSettings& given, heygen::provider::LoginStage& stage) {
  services.require_audit();
  try {
    LoginResult result = log_in(services, manifest.id, given, stage);
    require_stored(result, manifest, services.store().account);
    services.audit_done({"login", "ok", manifest.id});
    for (const LoginResult::Replaced& old : result.replaced) {
      const bool revoked = old.revocation == heygen::auth::Revocation::confirmed;
      services.audit_done(
          {"logout", "ok", old.provider, {{"reason", "replaced"}, {"revoked", revoked ? "yes" : "no"}}});
    }
    return result;
  } catch (const Error& error) {
    services.audit_done({"login", "failed", manifest.id, {{"reason", error.message()}}});
    throw;
  }
}

void complete_login(Services& services, Printer& printer, const heygen::provider::Manifest& manifest,
                    const heygen::provider::GivenSettings& given, heygen::provider::LoginStage& stage) {
  const LoginResult result = audited_login(services, manifest, given, stage);
  const std::string name = display_name(result.user);
  print_notices(services, result, name);
  services.finish_interrupted_logins(true);  // of earlier logins, which this one overtook
  printer.print(document_of(result, manifest, name, services));
}

void run_login(Services& services, Printer& printer, const Parsed& parsed) {
  static_cast<void>(services.api_base());  // one that the policy does not permit shows before anything is asked
  const StepOptions steps = step_options(parsed);
  if (steps.events) show_events();
  std::string id = named_method(parsed, services.registry().found(), services.options.provider);
  if (!id.empty()) require_login(services, id);
  choose_place(services, parsed);
  require_readable_file(services);
  services.store().require_directory();
  if (steps.finish) return finish_started_login(services, printer, steps, id);
  if (id.empty() && steps.start) throw unnamed_start();
  if (id.empty()) id = unnamed_method(services);

  const heygen::provider::DiscoveredProvider& found = require_login(services, id);
  const heygen::provider::Manifest manifest = found.manifest;
  const heygen::provider::GivenSettings given = given_settings(parsed, manifest);
  if (found.is_usable())
    provider::require_settings(manifest, services.config(), services.environment, given,
                               fixed_settings(services.policy()));
  if (steps.start) return start_login(services, printer, steps, manifest, given);

  heygen::provider::DirectLogin stage({id, steps.port, steps.events ? show_event : heygen::provider::OnLoginEvent{}});
  complete_login(services, printer, manifest, given, stage);
}

}  // namespace heygen::host::commands::auth
