// SPDX-License-Identifier: Apache-2.0
#include "host/commands/policy/policy.hpp"

#include "host/commands/policy/check.hpp"
#include "host/commands/policy/show.hpp"

namespace heygen::host::commands::policy {

void add_commands(CommandTable& table, CommandTableMaker all_commands) {
  table.add_group({{"policy"}, "Show and check what the administrator permits", ""});
  table.add(show_command());
  table.add(check_command(all_commands));
}

}  // namespace heygen::host::commands::policy
