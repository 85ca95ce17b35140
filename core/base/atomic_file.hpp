// Replacing a file so that a reader, or a crash, sees the old content or the new one and nothing in between.
#pragma once

#include <filesystem>
#include <string_view>

namespace heygen {

/// Temporary file beside it (".NAME.XXXXXX"), fsync, rename, fsync of the directory; mode 0600. A symbolic link is
/// followed and stays. Throws Error{error}: the old file is then unchanged, and no temporary file is left.
void replace_file(const std::filesystem::path& path, std::string_view content);

/// Removes the temporary files of writers that were killed. Call it only while no other writer can run.
void remove_leftovers(const std::filesystem::path& path);

/// Removes the file that `path` or its symbolic links lead to; the links stay. Throws Error{error}.
void remove_file(const std::filesystem::path& path);

}  // namespace heygen
