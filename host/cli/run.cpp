// SPDX-License-Identifier: Apache-2.0
#include "host/cli/run.hpp"

#include <algorithm>

#include "core/base/home.hpp"
#include "core/base/text.hpp"
#include "core/config/config.hpp"
#include "core/profile/choice.hpp"
#include "host/cli/globals.hpp"
#include "host/cli/help.hpp"
#include "host/cli/parse.hpp"
#include "host/cli/route.hpp"
#include "host/fixed_texts.hpp"
#include "host/provider_settings.hpp"

namespace heygen::host::cli {
namespace {

int help_width(const Terminal& terminal) {
  return std::clamp(terminal.columns(), 40, kHelpWidth);
}

void take_globals(Services& services, Printer& printer, const Parsed& parsed) {
  Globals globals = globals_of(parsed);
  services.take_options(std::move(globals.request));
  printer.options = std::move(globals.output);
}

/// A shell leaves `~` as it is after `--option=` and `@`, but a file is meant.
void expand_home(Parsed& parsed, const std::vector<Option>& options, const Environment& environment) {
  for (const Option& option : options) {
    const auto given = parsed.options.find(option.name);
    if (given == parsed.options.end() || option.value.find("FILE") == std::string::npos) continue;
    for (std::string& value : given->second) {
      const std::size_t at = value.starts_with('@') ? 1 : 0;
      value = value.substr(0, at) + user_path(value.substr(at), environment).string();
    }
  }
}

void run_group(Services& services, Printer& printer, const CommandTable& table, const Route& route) {
  take_globals(services, printer, parse(route.words, global_options(), {}, route.rest));
  print_help(services, printer, table, route);
}

/// Without a word that names a command.
void run_root(Services& services, Printer& printer, CommandTableOf commands,
              const std::vector<std::string>& arguments) {
  const Parsed parsed = parse({}, root_options(), {}, arguments);
  take_globals(services, printer, parsed);
  if (parsed.is_on("version")) return printer.print_text("heygen version " + std::string(version()) + "\n");
  const int width = help_width(services.terminal);
  if (services.fixed_texts != nullptr && width == kDefaultColumns)
    return printer.print_text(services.fixed_texts->help);
  printer.print_text(root_help(commands({}), width));
}

void run_chosen(Services& services, Printer& printer, const CommandTable& table, const Route& chosen) {
  std::vector<Option> options = chosen.command->options(services);
  const std::vector<Option> globals = global_options();
  options.insert(options.end(), globals.begin(), globals.end());
  Parsed parsed = parse(chosen.words, options, chosen.command->positionals, chosen.rest);
  expand_home(parsed, options, services.environment);
  take_globals(services, printer, parsed);
  if (parsed.is_on("help")) return print_help(services, printer, table, chosen);
  try {
    if (!chosen.command->ignores_policy) services.require_permitted(chosen.command->words);
    if (!chosen.command->ignores_settings) {
      static_cast<void>(services.profile());
      services.config().check(own_keys());
    }
    printer.check_options();
    chosen.command->run(services, printer, parsed);
    printer.note_unused_options();
  } catch (const Error& error) {
    if (!error.rule.empty())
      services.audit_done({"refusal", "refused", {}, {{"rule", error.rule}, {"reason", error.message()}}});
    throw;
  }
}

}  // namespace

void print_help(Services& services, Printer& printer, const CommandTable& table, const Route& route) {
  const int width = help_width(services.terminal);
  if (route.command != nullptr)
    printer.print_text(command_help(*route.command, route.command->options(services), width));
  else
    printer.print_text(route.words.empty() ? root_help(table, width) : group_help(table, route.words, width));
}

void run_command_line(Services& services, Printer& printer, CommandTableOf commands,
                      const std::vector<std::string>& arguments) {
  const std::vector<Option> globals = root_options();
  const std::optional<std::string> word = first_word(globals, arguments);
  if (!word) return run_root(services, printer, commands, arguments);
  CommandTable table = commands(*word);
  Route chosen;
  try {
    chosen = route(table, globals, arguments);
  } catch (const Error&) {  // the hint may name any command
    table = commands({});
    chosen = route(table, globals, arguments);
  }
  services.options.profile = profile_ahead(arguments);
  if (chosen.command == nullptr) return run_group(services, printer, table, chosen);
  run_chosen(services, printer, table, chosen);
}

}  // namespace heygen::host::cli
