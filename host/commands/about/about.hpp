// SPDX-License-Identifier: Apache-2.0
// What the program says about itself: commands, completion, update, help.
#pragma once

#include <string_view>

#include "host/command.hpp"

namespace heygen::host::commands::about {

/// Those that begin with `word`; all for "". `all_commands` makes the table of every command, these included.
void add_commands(CommandTable& table, CommandTableMaker all_commands, std::string_view word);

}  // namespace heygen::host::commands::about
