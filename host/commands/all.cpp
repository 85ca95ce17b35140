#include "host/cli/run.hpp"

namespace heygen::host {

CommandTable all_commands() {
  CommandTable table;
  add_catalog_commands(table);
  add_download_command(table);
  add_api_command(table);
  add_auth_commands(table);
  add_config_commands(table);
  add_provider_commands(table);
  add_policy_commands(table);
  add_discovery_commands(table);
  return table;
}

}  // namespace heygen::host
