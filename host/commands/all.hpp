// Every command of the program.
#pragma once

#include "host/command.hpp"

namespace heygen::host {

CommandTable all_commands();

}  // namespace heygen::host
