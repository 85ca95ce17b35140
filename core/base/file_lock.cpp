// SPDX-License-Identifier: Apache-2.0
#include "core/base/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

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
  return {
      code::kTimeout,
      "Timed out after " + std::to_string(seconds) + "s waiting for " + path.string() +
          ", which another process has locked.",
      "Try again. `fuser -v " + path.string() + "` shows the process; if it is stopped (Ctrl-Z), `fg` continues it.",
      Exit::timeout};
}

/// Calls `told` for a wait that lasts, and once more at its end, however it ends.
class LockWait {
 public:
  LockWait(const OnLockWait& told, std::chrono::milliseconds now) : told_(told), next_(now) {}
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

/// Takes a lock: `attempt` is a system call that fails with EAGAIN while another has it. Returns 0 or its errno.
template <class Attempt>
int wait_for(Attempt attempt, const std::filesystem::path& path, std::chrono::milliseconds deadline, Clock& clock,
             const Cancel& cancel, const OnLockWait& on_wait) {
  constexpr std::chrono::milliseconds kLongestPause{25};
  auto end = clock.monotonic() + deadline;
  std::chrono::milliseconds pause{2};
  LockWait wait(on_wait, clock.monotonic());
  while (retry_interrupted(attempt) != 0) {
    if (errno != EWOULDBLOCK && errno != EACCES) return errno;
    const auto before = clock.monotonic();
    if (before >= end) throw timeout_error(path, deadline);
    wait.tick(before, end - before);
    if (!clock.wait(pause, cancel)) throw canceled_error();
    end += stopped_time(pause, clock.monotonic() - before);
    pause = std::min(pause * 2, kLongestPause);
  }
  return 0;
}

void require_open(const UniqueFd& file, const std::filesystem::path& path) {
  if (file) return;
  const int why = errno;
  struct stat unused {};
  const bool exists = lstat(path.c_str(), &unused) == 0;
  throw Error(code::kFileIo, "Could not open the lock file " + path.string() + ": " + describe_errno(why) + ".",
              exists ? "Make it a file that your user can write, or move it away, and try again."
                     : "Make the directory writable for your user, or set HEYGEN_CONFIG_DIR to one that is.");
}

[[noreturn]] void cannot_lock(const std::filesystem::path& path, int why) {
  throw Error(code::kFileIo, "Could not lock " + path.string() + ": " + describe_errno(why) + ".",
              "Set HEYGEN_CONFIG_DIR to a directory on a file system that supports locks.");
}

UniqueFd open_lock_file(const std::filesystem::path& path) {
  constexpr mode_t kPrivate = 0600;
  UniqueFd file = open_file(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, kPrivate);
  if (file) {
    give_to_owner_of_directory(file.get(), path.parent_path());  // else that user is locked out for good
  } else if (errno == EEXIST) {
    file = open_file(path, O_RDWR | O_CREAT | O_NOFOLLOW, kPrivate);
  }
  require_open(file, path);
  return file;
}

FileLock lock(UniqueFd file, const std::filesystem::path& path, std::chrono::milliseconds deadline, Clock& clock,
              const Cancel& cancel, const OnLockWait& on_wait, int kind = LOCK_EX) {
  const auto attempt = [&] { return flock(file.get(), kind | LOCK_NB); };
  if (const int why = wait_for(attempt, path, deadline, clock, cancel, on_wait); why != 0) cannot_lock(path, why);
  return FileLock(std::move(file));
}

bool is_same_file(int file, const std::filesystem::path& path) {
  struct stat opened {};
  struct stat named {};
  return fstat(file, &opened) == 0 && stat(path.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
         opened.st_ino == named.st_ino;
}

}  // namespace

FileLock lock_file(const std::filesystem::path& path, std::chrono::milliseconds deadline, Clock& clock,
                   const Cancel& cancel, const OnLockWait& on_wait) {
  return lock(open_lock_file(path), path, deadline, clock, cancel, on_wait);
}

FileLock lock_file_shared(const std::filesystem::path& path, std::chrono::milliseconds deadline, Clock& clock,
                          const Cancel& cancel, const OnLockWait& on_wait) {
  return lock(open_lock_file(path), path, deadline, clock, cancel, on_wait, LOCK_SH);
}

std::optional<FileLock> try_lock_file(const std::filesystem::path& path) {
  UniqueFd file = open_lock_file(path);
  if (retry_interrupted([&] { return flock(file.get(), LOCK_EX | LOCK_NB); }) == 0) return FileLock(std::move(file));
  if (errno != EWOULDBLOCK && errno != EACCES) cannot_lock(path, errno);
  return {};
}

void require_lock_file(const std::filesystem::path& path) {
  struct stat unused {};
  if (lstat(path.c_str(), &unused) != 0 && errno == ENOENT) return;
  const UniqueFd file = open_lock_file(path);
  if (retry_interrupted([&] { return flock(file.get(), LOCK_EX | LOCK_NB); }) == 0) return;
  if (errno != EWOULDBLOCK && errno != EACCES) cannot_lock(path, errno);
}

FileLock lock_directory(const std::filesystem::path& directory, std::chrono::milliseconds deadline, Clock& clock,
                        const Cancel& cancel, const OnLockWait& on_wait) {
  UniqueFd file = open_file(directory, O_RDONLY | O_DIRECTORY);
  require_open(file, directory);
  return lock(std::move(file), directory, deadline, clock, cancel, on_wait);
}

std::optional<FileLock> lock_byte(const std::filesystem::path& path, std::int64_t position,
                                  std::chrono::milliseconds deadline, Clock& clock, const Cancel& cancel,
                                  const OnLockWait& on_wait) {
  for (;;) {
    UniqueFd file = open_file(path, O_RDWR | O_NONBLOCK | O_NOCTTY);
    if (!file) return {};
    struct flock byte {};
    byte.l_type = F_WRLCK;
    byte.l_whence = SEEK_SET;
    byte.l_start = position;
    byte.l_len = 1;
    const auto attempt = [&] { return fcntl(file.get(), F_OFD_SETLK, &byte); };
    if (wait_for(attempt, path, deadline, clock, cancel, on_wait) != 0) return {};
    if (is_same_file(file.get(), path)) return FileLock(std::move(file));
  }
}

}  // namespace heygen
