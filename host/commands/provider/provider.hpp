// SPDX-License-Identifier: Apache-2.0
// `heygen provider …`: what is installed, read from manifests only: no library is loaded.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::provider {

void add_commands(CommandTable& table);

}  // namespace heygen::host::commands::provider
