// SPDX-License-Identifier: Apache-2.0
#include "host/commands/about/commands.hpp"

#include "core/base/text.hpp"
#include "core/json/value.hpp"
#include "core/json/write.hpp"
#include "core/output/table.hpp"
#include "host/cli/scripts.hpp"
#include "host/cli/surface.hpp"
#include "host/fixed_texts.hpp"
#include "host/printer.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::about {

namespace {

/// Human-readable on a terminal, as help is: the list is as long as a screen, and JSON of it is not for reading.
bool wants_text(const Printer& printer, const Parsed& parsed) {
  if (parsed.is_on("json") || printer.options.human == false || parsed.given("jq")) return false;
  return printer.human() || printer.to_terminal();
}

std::string commands_document(Services& services, const CommandTable& table) {
  if (services.fixed_texts == nullptr) return json::write(cli::surface(services, table));
  return without_marks(services.fixed_texts->commands, [&](const std::vector<std::string>& words) {
    return cli::surface_part(services, table, words);
  });
}

void run_commands(Services& services, Printer& printer, const Parsed& parsed, CommandTableMaker all_commands) {
  if (parsed.is_on("schema")) return printer.print_text(cli::kCommandsSchema);
  const CommandTable table = all_commands();
  if (!wants_text(printer, parsed)) return printer.print_json(commands_document(services, table));
  std::vector<std::vector<std::string>> rows;
  for (const Command* command : cli::listed(table))
    rows.push_back({"heygen " + join(command->words, " "), command->summary});
  printer.print_text(output::table({"Command", "What it does"}, rows, printer.style()));
}

}  // namespace

Command commands_command(CommandTableMaker all_commands) {
  Command command;
  command.words = {"commands"};
  command.summary = "List every command with its arguments and options";
  command.description = paragraphs(R"(
The JSON describes the complete command line in one document: arguments, options with type, bounds, choices and default,
requests with the schemas of body and response, exit codes, error codes and environment variables. It also lists the
installed providers: how each runs, and what it needs.)");
  command.examples = {"heygen commands", "heygen commands --json", "heygen commands --schema"};
  command.options = [](Services&) {
    return std::vector<Option>{{.name = "json", .doc = "Print everything as JSON, also on a terminal"},
                               {.name = "schema", .doc = "Print the JSON Schema of that JSON"}};
  };
  command.run = [all_commands](Services& services, Printer& printer, const Parsed& parsed) {
    run_commands(services, printer, parsed, all_commands);
  };
  return command;
}

}  // namespace heygen::host::commands::about
