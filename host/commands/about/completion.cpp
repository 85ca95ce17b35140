// SPDX-License-Identifier: Apache-2.0
#include "host/commands/about/completion.hpp"

#include "host/cli/completion.hpp"
#include "host/printer.hpp"

namespace heygen::host::commands::about {

Command completion_command(const std::string& shell, CommandTableMaker all_commands) {
  Command command;
  command.words = {"completion", shell};
  command.summary = "Print the completion script for " + shell;
  command.description = cli::completion_setup(shell);
  command.examples = {"heygen completion " + shell};
  command.ignores_settings = true;
  command.run = [shell, all_commands](Services& services, Printer& printer, const Parsed&) {
    printer.print_text(cli::completion_script(shell, all_commands(), services));
  };
  return command;
}

}  // namespace heygen::host::commands::about
