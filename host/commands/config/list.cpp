// SPDX-License-Identifier: Apache-2.0
#include "host/commands/config/list.hpp"

#include "host/commands/config/settings.hpp"
#include "host/printer.hpp"

namespace heygen::host::commands::config {

namespace {

void run_list_settings(Services& services, Printer& printer, const Parsed&) {
  json::Array entries;
  std::vector<output::Column> columns{{"key", ""}, {"value", ""}, {"source", ""}};
  for (const heygen::config::Entry& entry : with_policy(services, services.config().list(declared_keys(services)))) {
    entries.push_back(document(entry, true));
    if (!entry.rule.empty() && columns.size() == 3) columns.push_back({"rule", ""});
  }
  printer.print(entries, columns);
  tell_faults(services);
}

}  // namespace

Command list_command() {
  Command command;
  command.words = {"config", "list"};
  command.summary = "Show all settings and where they come from";
  command.description =
      "Settings of providers are listed when they are set. Mistakes in config.toml are named on stderr.";
  command.examples = {"heygen config list --human"};
  command.ignores_settings = true;
  command.run = run_list_settings;
  return command;
}

}  // namespace heygen::host::commands::config
