// SPDX-License-Identifier: Apache-2.0
// `heygen policy …`: what the administrator of this machine permits.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::policy {

void add_commands(CommandTable& table, CommandTableMaker all_commands);

}  // namespace heygen::host::commands::policy
