// SPDX-License-Identifier: Apache-2.0
// Where a file is, and where the files are that heygen keeps beside it: temporary files, copies, locks.
#pragma once

#include <filesystem>
#include <vector>

namespace heygen {

/// Where symbolic links lead, whether or not a file is there.
std::filesystem::path link_target(std::filesystem::path path);

/// Links are followed. What is kept beside the file is in its directory or, when that cannot be written although the
/// file itself can be (a container with a read-only file system, and a file that is mounted into it), in a directory of
/// its own below a fallback.
struct FilePlace {
  /// Without a fallback.
  FilePlace(const std::filesystem::path& path) : FilePlace(path, {}) {}
  /// `fallbacks`: the first that can be written is taken. Nothing is created.
  FilePlace(const std::filesystem::path& path, const std::vector<std::filesystem::path>& fallbacks);

  /// The file is in a directory that cannot be written, and so cannot be renamed over or removed.
  bool is_apart() const { return companions != target.parent_path(); }

  std::filesystem::path target;
  std::filesystem::path companions;              ///< where new ones are made; it need not exist
  std::vector<std::filesystem::path> elsewhere;  ///< other directories that may have some
  bool lacks_fallback = false;                   ///< the directory cannot be written, and no fallback either
};

}  // namespace heygen
