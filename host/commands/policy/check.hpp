// SPDX-License-Identifier: Apache-2.0
// `heygen policy check`.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::policy {

/// `all_commands`: to find those that a policy forbids.
Command check_command(CommandTableMaker all_commands);

}  // namespace heygen::host::commands::policy
