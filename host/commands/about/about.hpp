// What the program says about itself: commands, completion, update, help.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::about {

void add_commands(CommandTable& table);

}  // namespace heygen::host::commands::about
