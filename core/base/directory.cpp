#include "core/base/directory.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <string>

#include "core/base/error.hpp"
#include "core/base/file.hpp"

namespace heygen {

void make_private_directory(const std::filesystem::path& directory) {
  std::error_code ignored;
  if (directory.empty() || std::filesystem::is_directory(directory, ignored)) return;
  if (directory.has_relative_path()) make_private_directory(directory.parent_path());
  if (mkdir(directory.c_str(), S_IRWXU) == 0) return;
  const int why = errno;
  if (why == EEXIST && std::filesystem::is_directory(directory, ignored)) return;
  throw Error(code::kError,
              "Could not create the directory " + directory.string() + ": " +
                  describe_errno(why == EEXIST ? ENOTDIR : why) + ".",
              "Create the directory, or set HEYGEN_CONFIG_DIR to another one.");
}

}  // namespace heygen
