// SPDX-License-Identifier: Apache-2.0
// `heygen completion bash|zsh|fish|powershell`.
#pragma once

#include <string>

#include "host/command.hpp"

namespace heygen::host::commands::about {

Command completion_command(const std::string& shell, CommandTableMaker all_commands);

}  // namespace heygen::host::commands::about
