// SPDX-License-Identifier: Apache-2.0
// Every command of the program.
#pragma once

#include <string_view>

#include "host/command.hpp"

namespace heygen::host::commands {

CommandTable all_commands();
/// Those that begin with `word`, in their order in all_commands(), and maybe others.
CommandTable commands_of(std::string_view word);

}  // namespace heygen::host::commands
