// SPDX-License-Identifier: Apache-2.0
// The seccomp filter of the cage, as BPF. Own code, because the runner links libc alone: libseccomp would be a library
// in each caged process, and its order of rules is not part of its interface.
#pragma once

#include <linux/filter.h>

namespace heygen::cage {

/// What decides the answers of the filter.
struct FilterRules {
  bool named = false;     ///< a supervisor answers what is not allowed; otherwise an error number does
  bool landlock = false;  ///< decides about paths where no supervisor does
  bool write = false;     ///< some path may be written
  bool exec = false;
  bool session_bus = false;
  bool network = false;
  bool threads = false;
  int pid = 0;  ///< of the process, as it sees itself
};

struct Filter {
  static constexpr unsigned kCapacity = 768;
  sock_filter code[kCapacity];
  unsigned size = 0;
  bool complete = true;  ///< false: it did not fit
};

void write_filter(const FilterRules& rules, Filter& filter);

}  // namespace heygen::cage
