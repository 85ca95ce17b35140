// SPDX-License-Identifier: Apache-2.0
// `heygen config …`: config.toml, with the settings that providers declare.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::config {

void add_commands(CommandTable& table);

}  // namespace heygen::host::commands::config
