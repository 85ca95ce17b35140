// SPDX-License-Identifier: Apache-2.0
// Every command of the program.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands {

CommandTable all_commands();

}  // namespace heygen::host::commands
