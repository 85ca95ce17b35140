// SPDX-License-Identifier: Apache-2.0
// `heygen doctor`, the command that works when no other does.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::doctor {

void add_commands(CommandTable& table);

}  // namespace heygen::host::commands::doctor
