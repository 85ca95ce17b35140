#include "core/config/file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <span>
#include <utility>

#include "core/base/directory.hpp"
#include "core/base/error.hpp"

namespace heygen::config {

namespace {

constexpr std::size_t kMaxSize = std::size_t{1} << 20U;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  /// Network file systems report a failed write only here.
  bool close() { return ::close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

[[noreturn]] void fail(const char* what, const std::filesystem::path& path, const std::string& why, const char* hint) {
  throw Error(code::kError, std::string(what) + " " + path.string() + ": " + why + ".", hint);
}
[[noreturn]] void fail_to_read(const std::filesystem::path& path, const std::string& why) {
  fail("Cannot read", path, why, "Make it a regular file that you may read, or remove it.");
}
[[noreturn]] void fail_to_write(const std::filesystem::path& path) {
  fail("Cannot write", path, std::strerror(errno), "Check the directory's permissions and free space.");
}

bool write_all(int fd, std::span<const char> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

void create_private(const std::filesystem::path& directory) {
  if (const std::error_code error = make_private_directories(directory)) {
    fail("Cannot create", directory, error.message(), "Create the directory, or set HEYGEN_CONFIG_DIR to another one.");
  }
}

std::filesystem::path target_of(const std::filesystem::path& path) {
  std::error_code failure;
  if (!std::filesystem::is_symlink(path, failure)) return path;
  std::filesystem::path target = std::filesystem::weakly_canonical(path, failure);
  return failure ? path : target;
}

int open_created(const std::filesystem::path& directory) {
  create_private(directory);
  return ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

}  // namespace

std::optional<std::string> read_file(const std::filesystem::path& path) {
  // Non-blocking: a named pipe in place of the file must not hang the program.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return {};
    fail_to_read(path, std::strerror(errno));
  }
  struct stat about {};
  if (::fstat(file.get(), &about) != 0) fail_to_read(path, std::strerror(errno));
  if (!S_ISREG(about.st_mode)) fail_to_read(path, "it is not a regular file");
  std::string text;
  std::array<char, 16384> piece{};
  for (;;) {
    const ssize_t count = ::read(file.get(), piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail_to_read(path, std::strerror(errno));
    if (count == 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(count));
    if (text.size() > kMaxSize) fail_to_read(path, "it is larger than 1 MiB");
  }
}

void replace_file(const std::filesystem::path& path, const std::string& content) {
  create_private(path.parent_path());
  const std::filesystem::path target = target_of(path);
  std::string temporary = target.string() + ".XXXXXX";
  Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));  // mode 0600
  if (file.get() < 0) fail_to_write(path);
  const bool written = write_all(file.get(), content) && ::fsync(file.get()) == 0 && file.close();
  if (!written || ::rename(temporary.c_str(), target.c_str()) != 0) {
    const int why = errno;
    ::unlink(temporary.c_str());
    errno = why;
    fail_to_write(path);
  }
  const Descriptor directory(::open(target.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() >= 0) ::fsync(directory.get());
}

DirectoryLock::DirectoryLock(const std::filesystem::path& directory) : descriptor_(open_created(directory)) {
  // A file system without locks still gets the atomic replacement.
  while (descriptor_ >= 0 && ::flock(descriptor_, LOCK_EX) != 0 && errno == EINTR) continue;
}

DirectoryLock::~DirectoryLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace heygen::config
