// SPDX-License-Identifier: Apache-2.0
#include "host/commands/config/unset.hpp"

#include <memory>

#include "host/commands/config/settings.hpp"
#include "host/printer.hpp"

namespace heygen::host::commands::config {

namespace {

void run_unset_setting(Services& services, Printer& printer, const Parsed& parsed) {
  printer.options.human = printer.human();  // as it was when the command was typed
  const std::shared_ptr<const void> held = services.hold_profile();
  const heygen::config::Entry entry = services.config().unset(parsed.positionals.at(0), declared_keys(services));
  printer.print(document(entry, true));
  tell_faults(services, entry.kept);
}

}  // namespace

Command unset_command() {
  Command command;
  command.words = {"config", "unset"};
  command.summary = "Remove a setting from config.toml";
  command.description = paragraphs(R"(
The default counts again, or an environment variable. Comments and other keys stay. Works on a file with mistakes, as `heygen config
set` does, and removes a key that heygen does not know.)");
  command.examples = {"heygen config unset output"};
  command.positionals = {key_argument()};
  command.ignores_settings = true;
  command.run = run_unset_setting;
  return command;
}

}  // namespace heygen::host::commands::config
