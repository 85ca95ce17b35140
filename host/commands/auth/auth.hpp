// SPDX-License-Identifier: Apache-2.0
// `heygen auth …`.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::auth {

void add_commands(CommandTable& table);

}  // namespace heygen::host::commands::auth
