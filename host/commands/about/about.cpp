#include "host/commands/about/about.hpp"

#include "host/commands/about/commands.hpp"
#include "host/commands/about/complete.hpp"
#include "host/commands/about/completion.hpp"
#include "host/commands/about/help.hpp"
#include "host/commands/about/update.hpp"

namespace heygen::host::commands::about {

void add_commands(CommandTable& table) {
  table.add(commands_command());
  table.add_group(
      {.words = {"completion"}, .summary = "Print a script that completes commands in a shell", .important = ""});
  for (const char* shell : {"bash", "zsh", "fish", "powershell"}) table.add(completion_command(shell));
  table.add(update_command());
  table.add(help_command());
  table.add(complete_command());
}

}  // namespace heygen::host::commands::about
