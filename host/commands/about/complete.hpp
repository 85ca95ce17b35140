// SPDX-License-Identifier: Apache-2.0
// `heygen __complete`: what the scripts of `heygen completion` ask.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::about {

Command complete_command(CommandTableMaker all_commands);

}  // namespace heygen::host::commands::about
