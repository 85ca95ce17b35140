// SPDX-License-Identifier: Apache-2.0
// Checks one provider against all rules.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "sdk/tools/check/report.hpp"

namespace heygen::check {

struct Options {
  std::filesystem::path path;                                                    ///< library or manifest
  std::filesystem::path world;                                                   ///< see make_scenario
  bool memory = true;                                                            ///< run valgrind where it is installed
  bool cage = true;                                                              ///< run it isolated, too
  int limit_ms = 30'000;                                                         ///< of one case
  std::function<void(const std::string&)> progress = [](const std::string&) {};  ///< gets the name of each case
};

/// Throws std::runtime_error when there is nothing to check.
Report check_provider(const Options& options);

/// A normal run in this very process, for a memory checker around it. Returns an exit code.
int run_once(const Options& options);

}  // namespace heygen::check
