// SPDX-License-Identifier: Apache-2.0
// `heygen auth logout`.
#pragma once

#include "host/command.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::auth {

void run_logout(Services& services, Printer& printer, const Parsed& parsed);

}  // namespace heygen::host::commands::auth
