// Directories that hold what is the user's alone.
#pragma once

#include <filesystem>
#include <system_error>

namespace heygen {

/// Makes the directory and those above it that are missing, each 0700: one that others may write to would let them put
/// another in its place. Returns what went wrong; what is there already is left as it is.
std::error_code make_private_directories(const std::filesystem::path& directory);

}  // namespace heygen
