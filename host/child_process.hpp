// SPDX-License-Identifier: Apache-2.0
// Work that may crash or hang, done in a process of its own.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "core/base/cancel.hpp"

namespace heygen::host {

struct ChildEnd {
  int code = -1;  ///< exit code; negative: the signal that ended it
  bool timed_out = false;
  std::string output;  ///< stdout and stderr, at most 64 KiB
};

/// Runs `body` in a forked child whose stdin is empty; what it returns is the exit code. Throws Error{canceled}, and
/// Error when no process can be started. The child and all in its process group are ended at the limit.
ChildEnd run_in_child(const std::function<int()>& body, std::chrono::seconds limit, const Cancel& cancel);

/// Likewise a program, by its path, with few variables and none that holds a secret.
ChildEnd run_program(const std::vector<std::string>& words, std::chrono::seconds limit, const Cancel& cancel);

}  // namespace heygen::host
