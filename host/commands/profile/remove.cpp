// SPDX-License-Identifier: Apache-2.0
#include "host/commands/profile/remove.hpp"

#include "core/auth/logout.hpp"
#include "core/profile/profile_lock.hpp"
#include "host/commands/auth/support.hpp"
#include "host/commands/profile/profile.hpp"
#include "host/printer.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::profile {

namespace {

using heygen::auth::LogoutResult;
using heygen::auth::Revocation;

bool may_be_valid(Revocation revocation) {
  return revocation != Revocation::confirmed && revocation != Revocation::not_possible;
}

/// The credentials that no server confirmed to be revoked: "provider `oauth`".
std::vector<std::string> left_valid(const LogoutResult& result) {
  std::vector<std::string> left;
  for (const LogoutResult::Cleared& one : result.cleared)
    if (may_be_valid(one.revocation)) left.push_back("the credential of provider `" + one.provider + "`");
  for (const LogoutResult::Interrupted& one : result.interrupted)
    if (may_be_valid(one.revocation))
      left.push_back("that of an interrupted login with provider `" + one.provider + "`");
  return left;
}

Error not_removed(const std::string& name, const LogoutResult& result) {
  return {code::kError,
          "The profile `" + name + "` was not removed: no server confirmed that " +
              auth::enumerate(left_valid(result)) + " is revoked. It is stored as before.",
          "Try again later, or run `heygen profile remove " + name +
              " --force`, which deletes it and leaves it valid until it expires."};
}

/// Revokes what is stored. An unreadable file is an obstacle unless `force`.
LogoutResult log_out(Services& services, const std::string& name, bool force) {
  try {
    return heygen::auth::logout({services.store(), services.registry(), services.environment, services.cancel}, {},
                                !force);
  } catch (const store::Unreadable& problem) {
    if (!force)
      throw Error(code::kError, problem.what() + std::string(" The profile `") + name + "` was not removed.",
                  "Correct the file, or run `heygen profile remove " + name +
                      " --force`, which deletes it without revoking what is in it.");
    services.terminal.notice(std::string("Warning: ") + problem.what() + " What is in it was not revoked.");
    return {};
  }
}

void tell_what_is_left(Services& services, const LogoutResult& result) {
  if (const std::vector<std::string> left = left_valid(result); !left.empty())
    services.terminal.notice("Warning: no server confirmed that " + auth::enumerate(left) +
                             " is revoked. It may work until it expires.");
  for (const LogoutResult::Cleared& one : result.cleared)
    if (one.revocation == Revocation::not_possible)
      services.terminal.notice("Note: no server was asked to revoke the credential of provider `" + one.provider +
                               "`. It stays valid outside heygen.");
}

void run_remove_profile(Services& services, Printer& printer, const Parsed& parsed) {
  const std::string name = heygen::profile::checked_name(parsed.positionals.at(0), "The name");
  if (name.empty())
    throw usage_error("The usual profile cannot be removed.", "`heygen auth logout` revokes and deletes its login.");
  require_profile(services, name);
  printer.options.human = printer.human();  // as it is for the profile of the command, not for this one
  if (!services.take_profile_alone(name)) throw heygen::profile::in_progress(name, "removed");
  const LogoutResult result = log_out(services, name, parsed.is_on("force"));
  if (result.canceled)
    throw canceled_error("Canceled while the server was asked to revoke the credential. The profile `" + name +
                         "` was not removed.");
  if (result.kept) throw not_removed(name, result);
  tell_what_is_left(services, result);
  heygen::profile::Profiles& profiles = services.profiles();
  if (profiles.in_use() == name) profiles.use({});
  profiles.remove(name);
  const bool was_empty = result.cleared.empty() && result.interrupted.empty();
  json::Array cleared;
  for (const LogoutResult::Cleared& one : result.cleared) cleared.emplace_back(one.provider);
  printer.print(json::Object{
      {"message", (was_empty ? "Nothing was stored. Removed the profile `" : "Logged out, and removed the profile `") +
                      name + "`."},
      {"profile", name},
      {"cleared", std::move(cleared)},
      {"revoked", std::int64_t{result.revoked}}});
}

}  // namespace

Command remove_command() {
  Command command;
  command.words = {"profile", "remove"};
  command.summary = "Log out of a profile and delete it";
  command.description = paragraphs(R"(
Revokes what is stored in the profile, as `heygen auth logout` does, then deletes its directory with its settings, keys and caches. When no
server confirms that the credential is revoked, the profile stays; --force removes it then, too, and names what may still be valid. While
a login, refresh or logout of the profile is in progress, nothing is changed.)");
  command.examples = {"heygen profile remove work"};
  command.positionals = {name_argument()};
  command.options = [](Services&) {
    return std::vector<Option>{{.name = "force", .doc = "Remove it even if its credential cannot be revoked"}};
  };
  command.ignores_settings = true;
  command.run = run_remove_profile;
  return command;
}

}  // namespace heygen::host::commands::profile
