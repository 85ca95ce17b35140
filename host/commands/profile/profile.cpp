// SPDX-License-Identifier: Apache-2.0
#include "host/commands/profile/profile.hpp"

#include "core/base/text.hpp"
#include "core/profile/profiles.hpp"
#include "host/commands/profile/list.hpp"
#include "host/commands/profile/remove.hpp"
#include "host/commands/profile/rename.hpp"
#include "host/commands/profile/trust.hpp"
#include "host/commands/profile/use.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::profile {

void add_commands(CommandTable& table) {
  table.add_group({{"profile"}, "Work with several accounts, each with a login of its own", ""});
  table.add(list_command());
  table.add(use_command());
  table.add(rename_command());
  table.add(remove_command());
  table.add(trust_command());
}

Positional name_argument(const std::string& name) {
  return {.name = name, .doc = "A profile, as `heygen profile list` shows it", .fill = Fill::profile};
}

void require_profile(Services& services, const std::string& name) {
  if (services.profiles().exists(name)) return;
  const std::string near = nearest(name, services.profiles().names());
  throw usage_error("There is no profile `" + name + "`.", near.empty() ? "`heygen auth login --profile " + name +
                                                                              "` makes it; `heygen profile list` shows "
                                                                              "those that there are."
                                                                        : "Did you mean `" + near + "`?");
}

}  // namespace heygen::host::commands::profile
