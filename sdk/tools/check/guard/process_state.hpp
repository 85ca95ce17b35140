// SPDX-License-Identifier: Apache-2.0
// What a provider could change of the process around it.
#pragma once

#include <sys/resource.h>
#include <sys/stat.h>

#include <array>
#include <csignal>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace heygen::check {

struct ProcessState {
  static ProcessState now();
  /// What differs, or "". A runtime may keep signal handlers and descriptors of its own.
  std::string difference(const ProcessState& before, bool runtime) const;

  std::array<struct sigaction, 65> actions{};
  sigset_t mask{};
  std::string directory, locale;
  mode_t creation = 0;
  std::array<rlimit, RLIM_NLIMITS> limits{};
  std::array<std::pair<dev_t, ino_t>, 3> streams{};
  std::map<int, std::string> descriptors;  ///< what each leads to
  std::vector<std::string> variables;

 private:
  std::string signal_difference(const ProcessState& before) const;
  std::string descriptor_difference(const ProcessState& before) const;
};

}  // namespace heygen::check
