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

/// Told about once a second how long a program may still take; zero once it is over. May be empty.
using OnChildWait = std::function<void(std::chrono::milliseconds left)>;

enum class ChildEnvironment : unsigned char { path_only, own };

/// Runs a program, by its path, in a process that gets nothing of this one: its environment is only a PATH, unless it
/// is `own`, its stdin is empty, it has no other open file and no terminal. Throws Error{canceled}, and Error when no
/// process can be started. The program and all in its session are ended at the limit.
ChildEnd run_program(const std::vector<std::string>& words, std::chrono::seconds limit, const Cancel& cancel,
                     const OnChildWait& on_wait = {}, ChildEnvironment environment = ChildEnvironment::path_only);

}  // namespace heygen::host
