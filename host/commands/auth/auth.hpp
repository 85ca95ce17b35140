// `heygen auth …`.
#pragma once

#include "host/command.hpp"

namespace heygen::host {

void add_auth_commands(CommandTable& table);

}  // namespace heygen::host
