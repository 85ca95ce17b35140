// SPDX-License-Identifier: Apache-2.0
#include "host/commands/about/help.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "host/cli/globals.hpp"
#include "host/cli/run.hpp"
#include "host/printer.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::about {

namespace {

void run_help(Services& services, Printer& printer, const Parsed& parsed, CommandTableMaker all_commands) {
  const CommandTable table = all_commands();
  const cli::Route target = cli::route(table, cli::global_options(), parsed.positionals);
  if (!target.rest.empty()) {
    const std::string command = "heygen " + join(target.words, " ");
    throw usage_error(
        fmt::format("`{}` is a command; unexpected word '{}' after it.", command, shown_word(target.rest[0])),
        fmt::format("Run `heygen help {}`.", join(target.words, " ")));
  }
  cli::print_help(services, printer, table, target);
}

}  // namespace

Command help_command(CommandTableMaker all_commands) {
  Command command;
  command.words = {"help"};
  command.summary = "Explain a command";
  command.examples = {"heygen help video list"};
  command.positionals = {{.name = "command",
                          .doc = "Words of the command, e.g. video list",
                          .required = false,
                          .variadic = true,
                          .fill = Fill::command}};
  command.ignores_settings = true;
  command.ignores_policy = true;
  command.run = [all_commands](Services& services, Printer& printer, const Parsed& parsed) {
    run_help(services, printer, parsed, all_commands);
  };
  return command;
}

}  // namespace heygen::host::commands::about
