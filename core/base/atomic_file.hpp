// Replacing a file so that a reader, or a crash, sees the old content or the new one and nothing between.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace heygen::store {

/// Temp file beside it, fsync, rename, fsync of the directory; mode 0600. A symbolic link is followed and stays.
/// Throws heygen::Error{error}; the old file is then as it was and no temp file is left.
void replace_file(const std::filesystem::path& path, std::string_view content);

/// Removes what killed writers left. Call only where no other writer can be at work.
void remove_leftovers(const std::filesystem::path& path);

/// The file itself, where `path` is a symbolic link; the link stays.
void remove_file(const std::filesystem::path& path);

/// Creates the directory with mode 0700 when it is missing, and what is missing above it.
void make_private_directory(const std::filesystem::path& directory);

}  // namespace heygen::store
