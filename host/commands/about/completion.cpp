#include "host/commands/about/completion.hpp"

#include "host/cli/completion.hpp"
#include "host/commands/all.hpp"
#include "host/printer.hpp"

namespace heygen::host::commands::about {

Command completion_command(const std::string& shell) {
  Command command;
  command.words = {"completion", shell};
  command.summary = "Print the completion script for " + shell;
  command.description = cli::completion_setup(shell);
  command.examples = {"heygen completion " + shell};
  command.run = [shell](Services& services, Printer& printer, const Parsed&) {
    printer.print_text(cli::completion_script(shell, all_commands(), services));
  };
  return command;
}

}  // namespace heygen::host::commands::about
