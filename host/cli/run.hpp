// SPDX-License-Identifier: Apache-2.0
// One invocation, from its words to what it does.
#pragma once

#include <string>
#include <vector>

#include "host/cli/route.hpp"
#include "host/command.hpp"
#include "host/printer.hpp"
#include "host/services.hpp"

namespace heygen::host::cli {

/// Routes, parses, sets the options of `services` and `printer`, and shows help or runs the command. Throws
/// heygen::Error.
void run_command_line(Services& services, Printer& printer, CommandTableOf commands,
                      const std::vector<std::string>& arguments);

/// Help for the command, the group or the whole program.
void print_help(Services& services, Printer& printer, const CommandTable& table, const Route& route);

}  // namespace heygen::host::cli
