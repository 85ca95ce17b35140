// SPDX-License-Identifier: Apache-2.0
// Runs a command while the sandbox is up.
#pragma once

#include <csignal>
#include <string>
#include <utility>
#include <vector>

namespace heygen::sandbox {

/// Signals that end or reach the sandbox. Blocked in main before any thread starts, then waited for.
sigset_t handled_signals();

/// Starts `program` with `variables` on top of this process's environment less misleading_variables(), passes signals
/// on to it, waits for it. The result is an exit status: the program's own, 128 + the signal that ended it, 126 or 127
/// (not started).
int run_program(const std::vector<std::string>& program,
                const std::vector<std::pair<std::string, std::string>>& variables);

/// Waits for SIGINT, SIGTERM or SIGHUP.
void wait_for_end();

}  // namespace heygen::sandbox
