// SPDX-License-Identifier: Apache-2.0
// `heygen profile trust`.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::profile {

Command trust_command();

}  // namespace heygen::host::commands::profile
