// `heygen help`.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::about {

Command help_command();

}  // namespace heygen::host::commands::about
