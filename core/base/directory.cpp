#include "core/base/directory.hpp"

#include <sys/stat.h>

#include <cerrno>

namespace heygen {

std::error_code make_private_directories(const std::filesystem::path& directory) {
  std::error_code ignored;
  if (directory.empty() || std::filesystem::is_directory(directory, ignored)) return {};
  const std::filesystem::path above = directory.parent_path();
  if (const std::error_code error = above == directory ? std::error_code{} : make_private_directories(above))
    return error;
  if (mkdir(directory.c_str(), S_IRWXU) == 0) return {};
  const int why = errno;
  if (why == EEXIST && std::filesystem::is_directory(directory, ignored)) return {};
  return {why == EEXIST ? ENOTDIR : why, std::generic_category()};
}

}  // namespace heygen
