// What a library exports, read from the file: constructors run as soon as it is loaded, so this look comes first.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace heygen::provider {

/// Largest library that is looked into.
inline constexpr std::uintmax_t kLargestLibrary = std::uintmax_t{256} << 20U;

/// Names of the defined dynamic symbols that others can bind to. Throws std::runtime_error with a sentence for a file
/// that cannot be read, is too large, or is no shared object of this machine's kind.
std::vector<std::string> exported_symbols(const std::filesystem::path& path);

/// What the dynamic linker will look for besides: DT_NEEDED names, and DT_RPATH and DT_RUNPATH directories as they
/// stand.
struct LibraryNeeds {
  std::vector<std::string> libraries, search_directories;
};
/// Throws as exported_symbols() does, and for an object that asks for more than names (audit modules, filters).
LibraryNeeds needs_of(const std::filesystem::path& path);

}  // namespace heygen::provider
