// SPDX-License-Identifier: Apache-2.0
// The tasks of heygen-provider-check. Each gets the words that follow its name, and gives the exit code.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace heygen::tools {

using Words = std::vector<std::string>;

/// The words make no task: exit 2, with the help.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

int check_task(const Words& words);
int rules_task(const Words& words);
int manifest_task(const Words& words);
int pin_task(const Words& words);
int sign_task(const Words& words);
int new_task(const Words& words);
/// For the program itself: one ordinary life, with a memory checker around it.
int run_once_task(const Words& words);

}  // namespace heygen::tools
