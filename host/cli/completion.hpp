// SPDX-License-Identifier: Apache-2.0
// Scripts that complete commands, options and their values in a shell.
#pragma once

#include <string>
#include <vector>

#include "host/command.hpp"
#include "host/fixed_texts.hpp"

namespace heygen::host::cli {

/// For "bash", "zsh", "fish" or "powershell". The table of commands is in the script. It runs heygen for two things
/// alone, which depend on what is installed: provider ids and settings, and the options of live commands.
std::string completion_script(const std::string& shell, const CommandTable& table, Services& services,
                              Live live = Live::filled);
/// What the mark of a live command stands for.
std::string completion_entry(const std::string& shell, const CommandTable& table, const Command& command,
                             Services& services);

/// Where the script goes, as text for help.
std::string completion_setup(const std::string& shell);

/// One line an option: name|letter|how often|kind of value|choices|doc.
std::vector<std::string> option_rows_for_shell(const std::vector<Option>& options);

}  // namespace heygen::host::cli
