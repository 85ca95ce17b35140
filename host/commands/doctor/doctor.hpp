// SPDX-License-Identifier: Apache-2.0
// `heygen doctor`, the command that works when no other does.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::doctor {

/// Hidden: one check that runs code of providers, in a process of its own.
inline constexpr std::string_view kCheckCommand = "__doctor";

void add_commands(CommandTable& table);

}  // namespace heygen::host::commands::doctor
