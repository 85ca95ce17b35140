// SPDX-License-Identifier: Apache-2.0
// `heygen provider list`.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::provider {

Command list_command();

}  // namespace heygen::host::commands::provider
