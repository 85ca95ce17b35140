// SPDX-License-Identifier: Apache-2.0
// `heygen config unset`.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::config {

Command unset_command();

}  // namespace heygen::host::commands::config
