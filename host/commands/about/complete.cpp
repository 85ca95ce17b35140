// SPDX-License-Identifier: Apache-2.0
#include "host/commands/about/complete.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "core/profile/profiles.hpp"
#include "core/provider/discovery/registry.hpp"
#include "host/cli/completion.hpp"
#include "host/cli/globals.hpp"
#include "host/printer.hpp"
#include "host/provider_settings.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::about {

namespace {

/// Lines of value and doc, with a tab between them.
std::string offered_values(Services& services, const std::string& what) {
  std::string out;
  if (what == "setting")
    out =
        "output\tjson or human\nanalytics\tkept for compatibility\nprovider.deadline\tseconds until a provider is "
        "given up\n";
  if (what == "profile") {
    out = std::string(profile::kUsual) + "\tthe usual account\n";
    for (const std::string& name : services.profiles().names()) out += name + "\tprofile\n";
    return out;
  }
  for (const heygen::provider::DiscoveredProvider& found : services.discovered()) {
    if (what == "setting" && found.manifest.runtime)
      out += runtime_key(found.id).key + "\tlets its language runtime load\n";
    if (what == "provider") out += found.id + "\t" + printable(found.manifest.title) + "\n";
    for (const heygen::provider::Setting& setting : found.manifest.settings)
      if (what == "setting") out += "providers." + found.id + "." + setting.key + "\t" + printable(setting.doc) + "\n";
  }
  return out;
}

void run_complete(Services& services, Printer& printer, const Parsed& parsed, CommandTableMaker all_commands) {
  if (parsed.positionals[0] != "options") return printer.print_text(offered_values(services, parsed.positionals[0]));
  const CommandTable table = all_commands();
  const std::vector<std::string> words(parsed.positionals.begin() + 1, parsed.positionals.end());
  const auto at = std::ranges::find(table.commands(), words, &Command::words);
  if (at == table.commands().end()) return;
  const std::vector<Option> options = cli::with_globals(at->options(services));
  printer.print_text(join(cli::option_rows_for_shell(options), "\n") + "\n");
}

}  // namespace

Command complete_command(CommandTableMaker all_commands) {
  Command command;
  command.words = {"__complete"};
  command.hidden = true;
  command.summary = "Answer a completion script";
  command.positionals = {{.name = "what", .doc = "provider, profile, setting or options", .variadic = true}};
  command.ignores_settings = true;
  command.ignores_policy = true;
  command.run = [all_commands](Services& services, Printer& printer, const Parsed& parsed) {
    run_complete(services, printer, parsed, all_commands);
  };
  return command;
}

}  // namespace heygen::host::commands::about
