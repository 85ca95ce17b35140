// SPDX-License-Identifier: Apache-2.0
// `heygen profile use`.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::profile {

Command use_command();

}  // namespace heygen::host::commands::profile
