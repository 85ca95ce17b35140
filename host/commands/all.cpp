#include "host/commands/all.hpp"

#include "host/commands/about/about.hpp"
#include "host/commands/api/api.hpp"
#include "host/commands/api/catalog.hpp"
#include "host/commands/auth/auth.hpp"
#include "host/commands/config/config.hpp"
#include "host/commands/policy/policy.hpp"
#include "host/commands/provider/provider.hpp"
#include "host/commands/video/download.hpp"

namespace heygen::host {

CommandTable all_commands() {
  CommandTable table;
  commands::api::add_catalog_commands(table);
  table.add(commands::video::download_command());
  table.add(commands::api::api_command());
  add_auth_commands(table);
  commands::config::add_commands(table);
  commands::provider::add_commands(table);
  commands::policy::add_commands(table);
  commands::about::add_commands(table);
  return table;
}

}  // namespace heygen::host
