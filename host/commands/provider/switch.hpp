// SPDX-License-Identifier: Apache-2.0
// `heygen provider disable` and `heygen provider enable`.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::provider {

Command disable_command();
Command enable_command();

}  // namespace heygen::host::commands::provider
