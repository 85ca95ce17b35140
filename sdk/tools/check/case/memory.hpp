// SPDX-License-Identifier: Apache-2.0
// The provider's use of memory, seen by valgrind or by the sanitizer that it was built with.
#pragma once

#include <cstddef>
#include <filesystem>

#include "sdk/tools/check/library/elf_facts.hpp"
#include "sdk/tools/check/report/findings.hpp"

namespace heygen::check {

/// Runs the library once more under valgrind, in the scenario of that index of those that `scenario_file` ("" for none)
/// gives rise to.
void check_memory(const std::filesystem::path& library, const std::filesystem::path& scenario_file, std::size_t index,
                  const ElfFacts& elf, Findings& findings);

}  // namespace heygen::check
