// SPDX-License-Identifier: Apache-2.0
// `heygen update`.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::about {

Command update_command();

}  // namespace heygen::host::commands::about
