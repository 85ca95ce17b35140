#include "core/base/folder.hpp"

#include <sys/stat.h>

#include <cerrno>

namespace heygen {

std::error_code make_private_folders(const std::filesystem::path& folder) {
  std::error_code ignored;
  if (folder.empty() || std::filesystem::is_directory(folder, ignored)) return {};
  const std::filesystem::path above = folder.parent_path();
  if (const std::error_code error = above == folder ? std::error_code{} : make_private_folders(above)) return error;
  if (mkdir(folder.c_str(), S_IRWXU) == 0) return {};
  const int why = errno;
  if (why == EEXIST && std::filesystem::is_directory(folder, ignored)) return {};
  return {why == EEXIST ? ENOTDIR : why, std::generic_category()};
}

}  // namespace heygen
