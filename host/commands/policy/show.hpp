// SPDX-License-Identifier: Apache-2.0
// `heygen policy show`.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::policy {

Command show_command();

}  // namespace heygen::host::commands::policy
