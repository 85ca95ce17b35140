// `heygen auth logout`.
#pragma once

#include "host/command.hpp"
#include "host/context.hpp"

namespace heygen::host {

void run_logout(Context& context, const Parsed& parsed);

}  // namespace heygen::host
