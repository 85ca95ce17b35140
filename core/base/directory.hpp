// Directories whose content only the user may see.
#pragma once

#include <filesystem>

namespace heygen {

/// Creates the directory and the missing ones above it, each 0700: one that others may write to would let them replace
/// its content. An existing directory is left as it is. Throws Error{error}.
void make_private_directory(const std::filesystem::path& directory);

}  // namespace heygen
