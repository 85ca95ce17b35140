// SPDX-License-Identifier: Apache-2.0
// `heygen profile rename`.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::profile {

Command rename_command();

}  // namespace heygen::host::commands::profile
