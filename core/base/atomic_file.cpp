#include "core/base/atomic_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "core/base/error.hpp"
#include "core/base/file.hpp"

namespace heygen {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kRandomPart = "XXXXXX";  // of mkostemp(3)

[[noreturn]] void fail(const std::string& what, const fs::path& path, int why) {
  throw Error(code::kError, "Could not " + what + " " + path.string() + ": " + describe_errno(why) + ".",
              why == ENOSPC || why == EDQUOT
                  ? "Free some disk space and try again; the file is unchanged."
                  : "Check the permissions of the directory and try again; the file is unchanged.");
}

/// Where symbolic links lead, whether or not a file is there.
fs::path link_target(fs::path path) {
  constexpr int kMostLinks = 40;
  std::error_code error;
  for (int links = 0; links < kMostLinks && fs::is_symlink(path, error); ++links) {
    const fs::path next = fs::read_symlink(path, error);
    if (error) break;
    path = path.parent_path() / next;  // an absolute one replaces the whole path
  }
  return path;
}

std::string temporary_prefix(const fs::path& path) {
  return "." + path.filename().string() + ".";
}

void write_and_rename(UniqueFd file, const std::string& temporary, const fs::path& target, std::string_view content) {
  if (const std::error_code error = write_all(file.get(), content)) fail("write", target, error.value());
  if (fsync(file.get()) != 0) fail("write", target, errno);
  if (const int why = file.close()) fail("write", target, why);
  if (std::rename(temporary.c_str(), target.c_str()) != 0) fail("replace", target, errno);
}

}  // namespace

void replace_file(const fs::path& path, std::string_view content) {
  const fs::path target = link_target(path);
  std::string temporary = (target.parent_path() / (temporary_prefix(target) + std::string(kRandomPart))).string();
  UniqueFd file(mkostemp(temporary.data(), O_CLOEXEC));  // created with mode 0600
  if (!file) fail("write", target, errno);
  try {
    write_and_rename(std::move(file), temporary, target, content);
  } catch (...) {
    unlink(temporary.c_str());
    throw;
  }
  sync_directory(target.parent_path());
}

void remove_leftovers(const fs::path& path) {
  const fs::path target = link_target(path);
  const std::string prefix = temporary_prefix(target);
  std::error_code error;
  for (fs::directory_iterator at(target.parent_path(), error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.size() == prefix.size() + kRandomPart.size() && name.starts_with(prefix)) unlink(at->path().c_str());
  }
}

void remove_file(const fs::path& path) {
  const fs::path target = link_target(path);
  if (unlink(target.c_str()) != 0 && errno != ENOENT) fail("remove", target, errno);
  sync_directory(target.parent_path());
}

}  // namespace heygen
