#include "core/base/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/error.hpp"

namespace heygen::store {

namespace {

class FileLock : public Lock {
 public:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  ~FileLock() override { close(descriptor_); }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  bool try_lock() const {
    int result = 0;
    do {
      result = flock(descriptor_, LOCK_EX | LOCK_NB);
    } while (result != 0 && errno == EINTR);
    return result == 0;
  }

 private:
  int descriptor_;
};

}  // namespace

std::unique_ptr<Lock> lock_file(const std::filesystem::path& path, std::chrono::milliseconds deadline, Clock& clock,
                                const Cancel& cancel) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) {
    throw Error(code::kError, "The lock file " + path.string() + " cannot be opened: " + std::strerror(errno) + ".",
                "Make the directory writable for your user, or point HEYGEN_CONFIG_DIR at one that is.");
  }
  auto lock = std::make_unique<FileLock>(descriptor);
  const auto end = clock.monotonic() + deadline;
  std::chrono::milliseconds pause{2};
  constexpr std::chrono::milliseconds kLongestPause{25};
  while (!lock->try_lock()) {
    if (errno != EWOULDBLOCK) {
      throw Error(code::kError, "The file " + path.string() + " cannot be locked: " + std::strerror(errno) + ".",
                  "Put the configuration directory on a file system that supports locks (HEYGEN_CONFIG_DIR).");
    }
    if (clock.monotonic() >= end) {
      throw Error(code::kTimeout,
                  "Another process has held " + path.string() + " for more than " +
                      std::to_string(std::chrono::duration_cast<std::chrono::seconds>(deadline).count()) + " seconds.",
                  "See which heygen process hangs (`fuser " + path.string() + "`), end it, and try again.",
                  Exit::timeout);
    }
    if (!clock.wait(pause, cancel)) throw canceled_error();
    pause = std::min(pause * 2, kLongestPause);
  }
  return lock;
}

}  // namespace heygen::store
