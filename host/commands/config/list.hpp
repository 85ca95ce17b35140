// SPDX-License-Identifier: Apache-2.0
// `heygen config list`.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::config {

Command list_command();

}  // namespace heygen::host::commands::config
