// SPDX-License-Identifier: Apache-2.0
#include "host/commands/config/config.hpp"

#include "host/commands/config/get.hpp"
#include "host/commands/config/list.hpp"
#include "host/commands/config/set.hpp"
#include "host/commands/config/unset.hpp"

namespace heygen::host::commands::config {

void add_commands(CommandTable& table) {
  table.add_group({{"config"}, "Show and change settings", ""});
  table.add(set_command());
  table.add(unset_command());
  table.add(get_command());
  table.add(list_command());
}

}  // namespace heygen::host::commands::config
