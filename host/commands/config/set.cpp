// SPDX-License-Identifier: Apache-2.0
#include "host/commands/config/set.hpp"

#include <memory>

#include "host/commands/config/settings.hpp"
#include "host/printer.hpp"

namespace heygen::host::commands::config {

namespace {

void run_set_setting(Services& services, Printer& printer, const Parsed& parsed) {
  const std::string &key = parsed.positionals.at(0), &value = parsed.positionals.at(1);
  require_not_fixed(services, key, value);
  // As it was when the command was typed: `config set output json` still answers in the old form.
  printer.options.human = printer.human();
  const std::shared_ptr<const void> held = services.hold_profile();
  const heygen::config::Entry entry = services.config().set(key, value, declared_keys(services));
  printer.print(document(entry, false));
  tell_faults(services, entry.kept);
}

}  // namespace

Command set_command() {
  Command command;
  command.words = {"config", "set"};
  command.summary = "Change a setting";
  command.description = paragraphs(R"(
Writes config.toml; its comments and other keys stay. Works on a file with mistakes: lines that are not TOML become
comments, and the file as it was stays beside it as config.toml.broken-1. Settings are `output` (json or human),
`analytics` (true or false, kept for compatibility), and what installed providers declare: `heygen provider why ID`
lists those.)");
  command.examples = {"heygen config set output human"};
  command.positionals = {key_argument(), {.name = "value", .doc = "The new value, e.g. human or true"}};
  command.ignores_settings = true;
  command.run = run_set_setting;
  return command;
}

}  // namespace heygen::host::commands::config
