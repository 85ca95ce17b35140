// SPDX-License-Identifier: Apache-2.0
// `heygen provider trust`.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::provider {

Command trust_command();

}  // namespace heygen::host::commands::provider
