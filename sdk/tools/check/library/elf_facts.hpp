// SPDX-License-Identifier: Apache-2.0
// What a library asks of the system that loads it, read from the file.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace heygen::check {

struct ElfFacts {
  std::vector<std::string> needed;  ///< names of libraries, in order
  std::string search_path;          ///< directories of RPATH and RUNPATH, or ""
  std::string libc;                 ///< "glibc", "musl", or "none"
  std::string newest_glibc;         ///< "2.34", the highest symbol version needed; "" for none
  std::string sanitizer;            ///< the runtime that it was built with, "libasan.so.8", or ""
};

/// Throws std::runtime_error.
ElfFacts read_elf_facts(const std::filesystem::path& library);

}  // namespace heygen::check
