// SPDX-License-Identifier: Apache-2.0
#include "host/commands/all.hpp"

#include "host/commands/about/about.hpp"
#include "host/commands/api/api.hpp"
#include "host/commands/api/catalog.hpp"
#include "host/commands/auth/auth.hpp"
#include "host/commands/config/config.hpp"
#include "host/commands/policy/policy.hpp"
#include "host/commands/provider/provider.hpp"
#include "host/commands/video/download.hpp"

namespace heygen::host::commands {

CommandTable all_commands() {
  CommandTable table;
  api::add_catalog_commands(table);
  table.add(video::download_command());
  table.add(api::api_command());
  auth::add_commands(table);
  config::add_commands(table);
  provider::add_commands(table);
  policy::add_commands(table);
  about::add_commands(table, all_commands);
  return table;
}

}  // namespace heygen::host::commands
