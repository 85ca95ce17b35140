// SPDX-License-Identifier: Apache-2.0
#include "core/base/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/directory.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"

namespace heygen {

namespace {

Error timeout_error(const std::filesystem::path& path, std::chrono::milliseconds deadline) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(deadline).count();
  return {code::kTimeout,
          "Timed out after " + std::to_string(seconds) + "s waiting for " + path.string() +
              ", which another process has locked.",
          "Try again; `fuser -v " + path.string() + "` shows which process it is.", Exit::timeout};
}

/// Calls `told` for a wait that lasts, and once more at its end, however it ends.
class LockWait {
 public:
  LockWait(const OnLockWait& told, std::chrono::milliseconds now) : told_(told), next_(now + kTick) {}
  ~LockWait() {
    if (said_) told_(std::chrono::milliseconds::zero());
  }
  LockWait(const LockWait&) = delete;
  LockWait& operator=(const LockWait&) = delete;

  void tick(std::chrono::milliseconds now, std::chrono::milliseconds left) {
    if (!told_ || now < next_ || left.count() <= 0) return;
    next_ = now + kTick;
    said_ = true;
    told_(left);
  }

 private:
  static constexpr std::chrono::milliseconds kTick{1'000};
  const OnLockWait& told_;
  std::chrono::milliseconds next_;
  bool said_ = false;
};

FileLock lock(UniqueFd file, const std::filesystem::path& path, std::chrono::milliseconds deadline, Clock& clock,
              const Cancel& cancel, const OnLockWait& on_wait) {
  if (!file) {
    throw Error(code::kFileIo, "Could not open the lock file " + path.string() + ": " + describe_errno(errno) + ".",
                "Make the directory writable for your user, or set HEYGEN_CONFIG_DIR to one that is.");
  }
  constexpr std::chrono::milliseconds kLongestPause{25};
  const auto end = clock.monotonic() + deadline;
  std::chrono::milliseconds pause{2};
  LockWait wait(on_wait, clock.monotonic());
  while (retry_interrupted([&] { return flock(file.get(), LOCK_EX | LOCK_NB); }) != 0) {
    if (errno != EWOULDBLOCK) {
      throw Error(code::kFileIo, "Could not lock " + path.string() + ": " + describe_errno(errno) + ".",
                  "Set HEYGEN_CONFIG_DIR to a directory on a file system that supports locks.");
    }
    if (clock.monotonic() >= end) throw timeout_error(path, deadline);
    wait.tick(clock.monotonic(), end - clock.monotonic());
    if (!clock.wait(pause, cancel)) throw canceled_error();
    pause = std::min(pause * 2, kLongestPause);
  }
  return FileLock(std::move(file));
}

}  // namespace

FileLock lock_file(const std::filesystem::path& path, std::chrono::milliseconds deadline, Clock& clock,
                   const Cancel& cancel, const OnLockWait& on_wait) {
  constexpr mode_t kPrivate = 0600;
  UniqueFd file = open_file(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, kPrivate);
  if (file) {
    give_to_owner_of_directory(file.get(), path.parent_path());  // else that user is locked out for good
  } else if (errno == EEXIST) {
    file = open_file(path, O_RDWR | O_CREAT | O_NOFOLLOW, kPrivate);
  }
  return lock(std::move(file), path, deadline, clock, cancel, on_wait);
}

FileLock lock_directory(const std::filesystem::path& directory, std::chrono::milliseconds deadline, Clock& clock,
                        const Cancel& cancel) {
  return lock(open_file(directory, O_RDONLY | O_DIRECTORY), directory, deadline, clock, cancel, {});
}

}  // namespace heygen
