#include "core/base/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/base/directory.hpp"
#include "core/base/error.hpp"

namespace heygen::store {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const std::string& what, const fs::path& path, int why) {
  throw Error(code::kError, what + " " + path.string() + ": " + std::strerror(why) + ".",
              why == ENOSPC || why == EDQUOT ? "Free some disk space; the file is as it was."
                                             : "Make the directory writable for your user; the file is as it was.");
}

/// A descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }

 private:
  int value_;
};

/// Where links lead, whether anything is there or not.
fs::path real_target(fs::path path) {
  constexpr int kMostLinks = 40;
  std::error_code error;
  for (int links = 0; links < kMostLinks && fs::is_symlink(path, error); ++links) {
    const fs::path next = fs::read_symlink(path, error);
    if (error) break;
    path = path.parent_path() / next;  // an absolute one replaces it all
  }
  return path;
}

std::string leftover_prefix(const fs::path& path) {
  return "." + path.filename().string() + ".";
}

void sync_directory(const fs::path& directory) {
  const Descriptor opened(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Some file systems refuse fsync on a directory; the rename itself has happened.
  if (opened.get() >= 0) fsync(opened.get());
}

void write_all(int descriptor, std::string_view content, const fs::path& path) {
  while (!content.empty()) {
    const ssize_t sent = write(descriptor, content.data(), content.size());
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) fail("Cannot write", path, errno);
    content.remove_prefix(static_cast<std::size_t>(sent));
  }
}

}  // namespace

void replace_file(const fs::path& path, std::string_view content) {
  const fs::path target = real_target(path);
  std::string temp = (target.parent_path() / (leftover_prefix(target) + "XXXXXX")).string();
  const Descriptor file(mkostemp(temp.data(), O_CLOEXEC));  // mkostemp creates with mode 0600
  if (file.get() < 0) fail("Cannot write into the directory of", target, errno);
  try {
    write_all(file.get(), content, target);
    if (fsync(file.get()) != 0) fail("Cannot write", target, errno);
    if (rename(temp.c_str(), target.c_str()) != 0) fail("Cannot replace", target, errno);
  } catch (...) {
    unlink(temp.c_str());
    throw;
  }
  sync_directory(target.parent_path());
}

void remove_leftovers(const fs::path& path) {
  const fs::path target = real_target(path);
  const std::string prefix = leftover_prefix(target);
  std::error_code error;
  for (fs::directory_iterator at(target.parent_path(), error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.size() == prefix.size() + 6 && name.starts_with(prefix)) unlink(at->path().c_str());
  }
}

void remove_file(const fs::path& path) {
  const fs::path target = real_target(path);
  if (unlink(target.c_str()) != 0 && errno != ENOENT) fail("Cannot remove", target, errno);
  sync_directory(target.parent_path());
}

void make_private_directory(const fs::path& directory) {
  if (const std::error_code error = make_private_directories(directory)) {
    fail("Cannot create the directory", directory, error.value());
  }
}

}  // namespace heygen::store
