// SPDX-License-Identifier: Apache-2.0
// One owned file descriptor.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace heygen {

/// Closes its descriptor when it goes. Not thread-safe; move-only. -1 is none.
class UniqueFd {
 public:
  UniqueFd() noexcept = default;
  explicit UniqueFd(int fd) noexcept : fd_(fd) {}
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  ~UniqueFd() { reset(); }

  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }

  /// Gives up ownership.
  int release() noexcept { return std::exchange(fd_, -1); }

  /// Closes the descriptor and owns `fd` instead. errno stays as it was.
  void reset(int fd = -1) noexcept {
    const int saved = errno;
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
    errno = saved;
  }

  /// Closes the descriptor and returns 0, or the errno of close(2), which on some file systems is where a failed write
  /// shows. Not retried after EINTR: Linux has closed the descriptor by then.
  [[nodiscard]] int close() noexcept { return fd_ < 0 || ::close(release()) == 0 ? 0 : errno; }

 private:
  int fd_ = -1;
};

}  // namespace heygen
