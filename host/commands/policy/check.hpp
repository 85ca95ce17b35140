// SPDX-License-Identifier: Apache-2.0
// `heygen policy check`.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::policy {

Command check_command();

}  // namespace heygen::host::commands::policy
