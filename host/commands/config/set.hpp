// SPDX-License-Identifier: Apache-2.0
// `heygen config set`.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::config {

Command set_command();

}  // namespace heygen::host::commands::config
