// The provider's use of memory, seen by valgrind or by the sanitizer that it was built with.
#pragma once

#include "sdk/tools/check/check.hpp"

namespace heygen::check {

void check_memory(const Options& options, const std::filesystem::path& library, std::size_t scenario,
                  const ElfFacts& elf, Findings& findings);

}  // namespace heygen::check
