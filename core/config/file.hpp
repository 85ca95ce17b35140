// Reading and replacing one small file of the user.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace heygen::config {

/// Empty when there is no such file. Throws Error for one that cannot be read, is no file, or is over 1 MiB.
std::optional<std::string> read_file(const std::filesystem::path& path);

/// Atomically, mode 0600; its directory is created 0700. A symbolic link stays one: its target is replaced. Throws
/// Error; the old file is then intact.
void replace_file(const std::filesystem::path& path, const std::string& content);

/// Held by whoever reads a file of the directory in order to replace it; creates the directory (0700).
class DirectoryLock {
 public:
  explicit DirectoryLock(const std::filesystem::path& directory);
  ~DirectoryLock();
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace heygen::config
