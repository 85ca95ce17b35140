// SPDX-License-Identifier: Apache-2.0
// One case in a process of its own, watched from outside.
#pragma once

#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "sdk/tools/check/guard/guarded_memory.hpp"
#include "sdk/tools/check/host/scenario.hpp"
#include "sdk/tools/check/report/findings.hpp"

namespace heygen::check {

struct Ended {
  Findings findings;
  bool complete = false;  ///< it reported all findings
  bool late = false;      ///< ended by the time limit
  int signal = 0;
  Kind touched = Kind::none;  ///< what the address that a crash was about had been part of
  std::string where;          ///< the provider function that ran at the end
  std::string output;         ///< of stdout and stderr, the beginning
  bool read_stdin = false;
  bool traced = false;
  bool closed = false;        ///< descriptors that were not its own
  std::string left_process;   ///< a command that still ran when all was over
  bool watched = false;       ///< what it wrote to files was seen
  std::string leaking_file;   ///< a file that a secret was written to
  std::string leaking_child;  ///< a command that was started with a secret in environment or arguments
};

/// The user stopped the check.
struct Stopped {
  int signal;
};

/// While it lives, only await_child() receives the signals of children and of the user.
class SignalsBlocked {
 public:
  SignalsBlocked();
  ~SignalsBlocked();
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

/// Returns soon after a child changed, or after `most`. Throws Stopped.
void await_child(std::chrono::milliseconds most);

/// Runs `body` in a child with a directory of its own as home, for at most `limit_ms`. The variables of `exported` are
/// in the child's environment.
Ended run_case(const Scenario& scenario, const std::map<std::string, std::string>& exported,
               const std::filesystem::path& directory, int limit_ms, const std::function<void(Findings&)>& body);

/// The first file written since `since` that contains a secret: below `directory`, or (`shared`) in the system's
/// directories for temporary files.
std::optional<std::filesystem::path> leaking_file(const Scenario& scenario, const std::filesystem::path& directory,
                                                  std::filesystem::file_time_type since, bool shared);

}  // namespace heygen::check
