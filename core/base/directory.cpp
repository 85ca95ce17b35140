// SPDX-License-Identifier: Apache-2.0
#include "core/base/directory.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/limits.hpp"

namespace heygen {

std::error_code visit_names(const std::filesystem::path& directory,
                            const std::function<bool(std::string_view)>& visit) {
  const UniqueFd opened = open_file(directory, O_RDONLY | O_DIRECTORY);
  alignas(dirent64) std::array<char, 16 * limits::kKiB> entries;
  ssize_t size = opened ? 0 : -1;
  while (size >= 0 && (size = getdents64(opened.get(), entries.data(), entries.size())) > 0) {
    for (ssize_t at = 0; at < size;) {
      const auto* entry = reinterpret_cast<const dirent64*>(entries.data() + at);
      at += entry->d_reclen;
      const std::string_view name = static_cast<const char*>(entry->d_name);
      if (name != "." && name != ".." && !visit(name)) return {};
    }
  }
  return size < 0 ? std::error_code(errno, std::generic_category()) : std::error_code();
}

void make_private_directory(const std::filesystem::path& directory) {
  std::error_code ignored;
  if (directory.empty() || std::filesystem::is_directory(directory, ignored)) return;
  if (directory.has_relative_path()) make_private_directory(directory.parent_path());
  int why = mkdir(directory.c_str(), S_IRWXU) == 0 ? 0 : errno;
  if (why == 0) {
    const UniqueFd made = open_file(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    why = made ? give_to_owner_of_directory(made.get(), directory.parent_path()) : errno;
    if (why == 0) return;
  }
  if (why == EEXIST && std::filesystem::is_directory(directory, ignored)) return;
  throw Error(code::kFileIo,
              "Could not create the directory " + directory.string() + ": " +
                  describe_errno(why == EEXIST ? ENOTDIR : why) + ".",
              "Create the directory, or set HEYGEN_CONFIG_DIR to another one.");
}

int give_to_owner_of_directory(int fd, const std::filesystem::path& directory) noexcept {
  if (geteuid() != 0) return 0;
  struct stat above {};
  if (stat(directory.empty() ? "." : directory.c_str(), &above) != 0) return errno;
  // A sticky directory (/tmp) belongs to all users.
  if (above.st_uid == 0 || (above.st_mode & S_ISVTX) != 0) return 0;
  return retry_interrupted([&] { return fchown(fd, above.st_uid, above.st_gid); }) == 0 ? 0 : errno;
}

}  // namespace heygen
