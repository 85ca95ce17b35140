// SPDX-License-Identifier: Apache-2.0
// `heygen commands`: the complete command line, human-readable or as one JSON document.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::about {

Command commands_command(CommandTableMaker all_commands);

}  // namespace heygen::host::commands::about
