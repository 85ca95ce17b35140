// SPDX-License-Identifier: Apache-2.0
#include "host/commands/about/completion.hpp"

#include "host/cli/completion.hpp"
#include "host/fixed_texts.hpp"
#include "host/printer.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::about {

namespace {

std::string completion_text(const std::string& shell, const CommandTable& table, Services& services) {
  if (services.fixed_texts == nullptr) return cli::completion_script(shell, table, services);
  return without_marks(services.fixed_texts->completion(shell), [&](const std::vector<std::string>& words) {
    const Command* command = table.find(words);
    return command == nullptr ? std::string{} : cli::completion_entry(shell, table, *command, services);
  });
}

}  // namespace

Command completion_command(const std::string& shell, CommandTableMaker all_commands) {
  Command command;
  command.words = {"completion", shell};
  command.summary = "Print the completion script for " + shell;
  command.description = cli::completion_setup(shell);
  command.examples = {"heygen completion " + shell};
  command.ignores_settings = true;
  command.ignores_policy = true;
  command.run = [shell, all_commands](Services& services, Printer& printer, const Parsed&) {
    printer.print_text(completion_text(shell, all_commands(), services));
  };
  return command;
}

}  // namespace heygen::host::commands::about
