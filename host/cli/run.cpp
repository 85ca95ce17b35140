#include "host/cli/run.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "host/cli/globals.hpp"
#include "host/cli/help.hpp"
#include "host/cli/parse.hpp"
#include "host/cli/route.hpp"

namespace heygen::host {
namespace {

int help_width(const Context& context) {
  return std::clamp(context.terminal.columns(), 40, kHelpWidth);
}

void run_group(Context& context, const CommandTable& table, const Route& route) {
  const Parsed parsed = parse(route.words, route.words.empty() ? root_options() : global_options(), {}, route.rest);
  context.globals = globals_of(parsed);
  if (parsed.is_on("version"))
    context.print_text("heygen version " + std::string(version()) + "\n");
  else
    print_help(context, table, route);
}

}  // namespace

void print_help(Context& context, const CommandTable& table, const Route& route) {
  const int width = help_width(context);
  if (route.command != nullptr)
    context.print_text(command_help(*route.command, route.command->options(context), width));
  else
    context.print_text(route.words.empty() ? root_help(table, width) : group_help(table, route.words, width));
}

void run_command_line(Context& context, const CommandTable& table, const std::vector<std::string>& arguments) {
  const Route chosen = route(table, root_options(), arguments);
  if (chosen.command == nullptr) return run_group(context, table, chosen);
  std::vector<Option> options = chosen.command->options(context);
  const std::vector<Option> globals = global_options();
  options.insert(options.end(), globals.begin(), globals.end());
  const Parsed parsed = parse(chosen.words, options, chosen.command->positionals, chosen.rest);
  context.globals = globals_of(parsed);
  if (parsed.is_on("help")) return print_help(context, table, chosen);
  context.check_output_options();
  chosen.command->run(context, parsed);
  context.note_unused_options();
}

}  // namespace heygen::host
