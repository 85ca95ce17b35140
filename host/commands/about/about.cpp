// SPDX-License-Identifier: Apache-2.0
#include "host/commands/about/about.hpp"

#include "host/commands/about/commands.hpp"
#include "host/commands/about/complete.hpp"
#include "host/commands/about/completion.hpp"
#include "host/commands/about/help.hpp"
#include "host/commands/about/update.hpp"

namespace heygen::host::commands::about {

void add_commands(CommandTable& table, CommandTableMaker all_commands, std::string_view word) {
  const auto is_wanted = [word](std::string_view first) { return word.empty() || word == first; };
  if (is_wanted("commands")) table.add(commands_command(all_commands));
  if (is_wanted("completion")) {
    table.add_group(
        {.words = {"completion"}, .summary = "Print a script that completes commands in a shell", .important = ""});
    for (const char* shell : {"bash", "zsh", "fish", "powershell"}) table.add(completion_command(shell, all_commands));
  }
  if (is_wanted("update")) table.add(update_command());
  if (is_wanted("help")) table.add(help_command(all_commands));
  if (is_wanted("__complete")) table.add(complete_command(all_commands));
}

}  // namespace heygen::host::commands::about
