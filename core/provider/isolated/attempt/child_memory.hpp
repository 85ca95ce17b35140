// SPDX-License-Identifier: Apache-2.0
// The memory of a caged process, to read the arguments of its system calls. What it holds may change at any time.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/base/fd.hpp"

namespace heygen::provider {

class ChildMemory {
 public:
  /// `memory` is the process's own /proc/self/mem, or none.
  ChildMemory(UniqueFd memory, pid_t child);

  /// The bytes read, which can be fewer; 0 when there are none to read.
  std::size_t read(pid_t pid, std::uint64_t address, std::span<char> out) const;
  /// A text that ends with NUL, of at most PATH_MAX bytes.
  std::optional<std::string> text(pid_t pid, std::uint64_t address) const;

 private:
  UniqueFd memory_;
  pid_t child_;
};

}  // namespace heygen::provider
