// SPDX-License-Identifier: Apache-2.0
// `heygen config get`.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::config {

Command get_command();

}  // namespace heygen::host::commands::config
