// SPDX-License-Identifier: Apache-2.0
// `heygen profile list`.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::profile {

Command list_command();

}  // namespace heygen::host::commands::profile
