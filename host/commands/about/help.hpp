// SPDX-License-Identifier: Apache-2.0
// `heygen help`.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::about {

Command help_command(CommandTableMaker all_commands);

}  // namespace heygen::host::commands::about
