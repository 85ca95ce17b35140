// SPDX-License-Identifier: Apache-2.0
#include "host/commands/profile/rename.hpp"

#include <optional>

#include "core/profile/profile_lock.hpp"
#include "host/commands/profile/profile.hpp"
#include "host/printer.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::profile {

namespace {

Error usual_stays() {
  return usage_error("The usual profile cannot be renamed, and no profile can take its place: other programs share it.",
                     "Log in to a profile with `heygen auth login --profile NAME`.");
}

void run_rename_profile(Services& services, Printer& printer, const Parsed& parsed) {
  const std::string from = heygen::profile::checked_name(parsed.positionals.at(0), "The name");
  const std::string to = heygen::profile::checked_name(parsed.positionals.at(1), "The new name");
  if (from.empty() || to.empty()) throw usual_stays();
  heygen::profile::Profiles& profiles = services.profiles();
  require_profile(services, from);
  if (from == to) throw usage_error("The profile `" + from + "` has that name.", "Give another new name.");
  const std::optional<FileLock> old_lock = heygen::profile::take_alone(profiles, from);
  if (!old_lock) throw heygen::profile::in_progress(from, "renamed");
  const std::optional<FileLock> new_lock = heygen::profile::take_alone(profiles, to);
  if (!new_lock) throw heygen::profile::in_progress(to, "made");
  if (profiles.exists(to))
    throw Error(code::kFileExists, "There is a profile `" + to + "`; nothing was renamed.",
                "Choose another name, or remove it with `heygen profile remove " + to + "`.");
  const bool is_used = profiles.in_use() == from;
  profiles.rename(from, to);
  if (is_used) profiles.use(to);
  printer.print(json::Object{{"message", "Renamed the profile `" + from + "` to `" + to + "`."}, {"profile", to}});
}

}  // namespace

Command rename_command() {
  Command command;
  command.words = {"profile", "rename"};
  command.summary = "Give a profile another name";
  command.description = paragraphs(R"(
Its login, settings and keys stay as they are. While a login, refresh or logout of the profile is in progress, nothing is changed.
Files .heygen-profile and HEYGEN_PROFILE keep the old name.)");
  command.examples = {"heygen profile rename work studio"};
  command.positionals = {name_argument("old"), {.name = "new", .doc = "The new name"}};
  command.ignores_settings = true;
  command.run = run_rename_profile;
  return command;
}

}  // namespace heygen::host::commands::profile
