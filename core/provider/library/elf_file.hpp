// SPDX-License-Identifier: Apache-2.0
// What a library exports and needs, read from the file before loading, which runs the library's constructors.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace heygen::provider {

/// Names of the defined dynamic symbols that others can bind to. Throws Refusal for a file that
/// cannot be read, is larger than limits::kLibrary, or is not a shared object of this machine's kind.
std::vector<std::string> exported_symbols(const std::filesystem::path& path);

/// What the dynamic linker looks for in addition: DT_NEEDED names, and DT_RPATH and DT_RUNPATH directories,
/// unexpanded.
struct LibraryNeeds {
  std::vector<std::string> libraries, search_directories;
};
/// Throws as exported_symbols() does, and for an object that asks for more than names (audit modules, filters).
LibraryNeeds needs_of(const std::filesystem::path& path);

}  // namespace heygen::provider
