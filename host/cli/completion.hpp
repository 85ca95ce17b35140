// Scripts that complete commands and options in a shell.
#pragma once

#include <string>

#include "host/command.hpp"

namespace heygen::host {

/// For "bash", "zsh", "fish" or "powershell". The whole table is in the script: completing runs no program.
std::string completion_script(const std::string& shell, const CommandTable& table, Context& context);

/// The line that makes the shell read the script at its start.
std::string completion_setup(const std::string& shell);

}  // namespace heygen::host
