// `heygen completion bash|zsh|fish|powershell`.
#pragma once

#include <string>

#include "host/command.hpp"

namespace heygen::host::commands::about {

Command completion_command(const std::string& shell);

}  // namespace heygen::host::commands::about
