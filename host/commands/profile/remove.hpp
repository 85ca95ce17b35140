// SPDX-License-Identifier: Apache-2.0
// `heygen profile remove`.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::profile {

Command remove_command();

}  // namespace heygen::host::commands::profile
