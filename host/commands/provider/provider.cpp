// SPDX-License-Identifier: Apache-2.0
#include "host/commands/provider/provider.hpp"

#include "host/commands/provider/install.hpp"
#include "host/commands/provider/list.hpp"
#include "host/commands/provider/load.hpp"
#include "host/commands/provider/remove.hpp"
#include "host/commands/provider/switch.hpp"
#include "host/commands/provider/trust.hpp"
#include "host/commands/provider/why.hpp"

namespace heygen::host::commands::provider {

void add_commands(CommandTable& table) {
  table.add_group({{"provider"}, "Show, install and disable credential providers", ""});
  table.add(list_command());
  table.add(why_command());
  table.add(install_command());
  table.add(load_command());
  table.add(remove_command());
  table.add(disable_command());
  table.add(enable_command());
  table.add(trust_command());
}

}  // namespace heygen::host::commands::provider
