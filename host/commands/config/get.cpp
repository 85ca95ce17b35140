// SPDX-License-Identifier: Apache-2.0
#include "host/commands/config/get.hpp"

#include "host/commands/config/settings.hpp"
#include "host/printer.hpp"

namespace heygen::host::commands::config {

Command get_command() {
  Command command;
  command.words = {"config", "get"};
  command.summary = "Show a setting and where it comes from";
  command.examples = {"heygen config get output"};
  command.positionals = {key_argument()};
  command.ignores_settings = true;
  command.run = [](Services& services, Printer& printer, const Parsed& parsed) {
    const heygen::config::Entry entry =
        with_policy(services, services.config().get(parsed.positionals.at(0), declared_keys(services)));
    printer.print(document(entry, true));
    if (entry.source == "default") tell_faults(services);  // a mistake may be the reason
  };
  return command;
}

}  // namespace heygen::host::commands::config
