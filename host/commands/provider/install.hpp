// SPDX-License-Identifier: Apache-2.0
// `heygen provider install`.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::provider {

Command install_command();

}  // namespace heygen::host::commands::provider
