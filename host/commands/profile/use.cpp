// SPDX-License-Identifier: Apache-2.0
#include "host/commands/profile/use.hpp"

#include "core/profile/choice.hpp"
#include "host/commands/profile/profile.hpp"
#include "host/printer.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::profile {

namespace {

/// What precedes the choice, so that it does not count here.
void tell_what_precedes(Services& services, const std::string& name) {
  using heygen::profile::Choice;
  try {
    const Choice now = heygen::profile::choose({}, services.environment, services.profiles());
    if (now.name == name || now.by == Choice::By::use || now.by == Choice::By::usual) return;
    const std::string by = now.by == Choice::By::file ? now.file.string() : std::string(name_of(now.by));
    services.terminal.notice("Note: " + by + " takes precedence here, and chooses the profile `" +
                             (now.name.empty() ? std::string(heygen::profile::kUsual) : now.name) + "`.");
  } catch (const Error& error) {
    services.terminal.notice("Warning: " + error.message() + " " + error.hint);
  }
}

void run_use_profile(Services& services, Printer& printer, const Parsed& parsed) {
  const std::string name = heygen::profile::checked_name(parsed.positionals.at(0), "The name");
  require_profile(services, name);
  services.profiles().use(name);
  tell_what_precedes(services, name);
  printer.print(json::Object{{"message", name.empty() ? "The usual profile is used from now on."
                                                      : "The profile `" + name + "` is used from now on."},
                             {"profile", name}});
}

}  // namespace

Command use_command() {
  Command command;
  command.words = {"profile", "use"};
  command.summary = "Choose the profile that later commands use";
  command.description = paragraphs(R"(
It counts in every directory, until another one is chosen. --profile, HEYGEN_PROFILE and a file .heygen-profile have precedence.
`default` is the usual profile. A profile is made by its first login, `heygen auth login --profile NAME`.)");
  command.examples = {"heygen profile use work", "heygen profile use default"};
  command.positionals = {name_argument()};
  command.ignores_settings = true;
  command.run = run_use_profile;
  return command;
}

}  // namespace heygen::host::commands::profile
