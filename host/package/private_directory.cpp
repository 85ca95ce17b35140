// SPDX-License-Identifier: Apache-2.0
#include "host/package/private_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <system_error>
#include <vector>

#include "core/base/directory.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"

namespace heygen::host::package {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = ".install-";
constexpr int kTries = 10;

/// The directory, open and locked; empty while another process has it, or when it is none of this user's.
UniqueFd lock_directory(const fs::path& path) {
  UniqueFd opened = open_file(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  struct stat info {};
  if (!opened || fstat(opened.get(), &info) != 0 || info.st_uid != geteuid()) return {};
  if (retry_interrupted([&] { return flock(opened.get(), LOCK_EX | LOCK_NB); }) != 0) return {};
  return opened;
}

/// Another process may have removed it between its creation and its lock.
bool is_there(const UniqueFd& locked, const fs::path& path) {
  struct stat one {
  }, other{};
  return fstat(locked.get(), &one) == 0 && lstat(path.c_str(), &other) == 0 && one.st_dev == other.st_dev &&
         one.st_ino == other.st_ino;
}

void remove_left(const fs::path& parent) {
  std::vector<fs::path> left;
  visit_names(parent, [&](std::string_view name) {
    if (name.starts_with(kPrefix)) left.push_back(parent / name);
    return true;
  });
  for (const fs::path& path : left) {
    std::error_code ignored;
    if (const UniqueFd locked = lock_directory(path)) fs::remove_all(path, ignored);
  }
}

}  // namespace

PrivateDirectory::PrivateDirectory(const fs::path& parent) {
  remove_left(parent);
  for (int tries = 0; tries < kTries && !lock_; ++tries) {
    std::string name = (parent / (std::string(kPrefix) + "XXXXXX")).string();
    if (mkdtemp(name.data()) == nullptr) {
      throw Error(code::kFileIo, "Cannot create " + name + ": " + describe_errno(errno) + ".",
                  "Check the directory's permissions and free space.");
    }
    path_ = name;
    lock_ = lock_directory(path_);
    if (lock_ && !is_there(lock_, path_)) lock_.reset();
  }
  if (!lock_) {
    throw Error(code::kFileIo, "Cannot lock " + path_.string() + ".",
                "Run the command again when no other installation runs.");
  }
}

PrivateDirectory::~PrivateDirectory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace heygen::host::package
