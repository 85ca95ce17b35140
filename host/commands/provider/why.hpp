// SPDX-License-Identifier: Apache-2.0
// `heygen provider why`.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::provider {

Command why_command();

}  // namespace heygen::host::commands::provider
