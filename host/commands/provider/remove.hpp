// SPDX-License-Identifier: Apache-2.0
// `heygen provider remove`.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::provider {

Command remove_command();

}  // namespace heygen::host::commands::provider
