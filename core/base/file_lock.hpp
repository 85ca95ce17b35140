// SPDX-License-Identifier: Apache-2.0
// Exclusive locks among threads and processes: flock(2) with a deadline.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

#include "core/base/fd.hpp"

namespace heygen {

class Cancel;
class Clock;

/// Released on destruction. Each lock opens its file anew, so threads exclude each other as processes do.
class FileLock {
 public:
  explicit FileLock(UniqueFd locked) : locked_(std::move(locked)) {}

  int descriptor() const { return locked_.get(); }

 private:
  UniqueFd locked_;
};

/// Told at once and then about once a second how long a lock is still waited for; zero once it is no more. May be
/// empty.
using OnLockWait = std::function<void(std::chrono::milliseconds left)>;

/// Creates the file (0600) when needed and never deletes it: a lock on a deleted file excludes no process.
/// Throws Error{timeout} past the deadline, Error{canceled}, and Error{error} when the file cannot be opened or locked.
FileLock lock_file(const std::filesystem::path& path, std::chrono::milliseconds deadline, Clock& clock,
                   const Cancel& cancel, const OnLockWait& on_wait = {});

/// lock_file(), but shared with others that share it.
FileLock lock_file_shared(const std::filesystem::path& path, std::chrono::milliseconds deadline, Clock& clock,
                          const Cancel& cancel, const OnLockWait& on_wait = {});

/// lock_file() without a wait: empty while others have the lock, or share it.
std::optional<FileLock> try_lock_file(const std::filesystem::path& path);

/// Makes sure that a file that is there can be locked by lock_file(), without waiting for the lock or creating a file.
/// Throws Error{error} otherwise.
void require_lock_file(const std::filesystem::path& path);

/// lock_file() for an existing directory itself, which leaves no file behind.
FileLock lock_directory(const std::filesystem::path& directory, std::chrono::milliseconds deadline, Clock& clock,
                        const Cancel& cancel, const OnLockWait& on_wait = {});

/// Locks one byte of an existing file, past its end as a rule: directories that see one file under different paths,
/// such as containers that mount it, exclude each other by it. Other bytes and flock(2) are independent. Empty when the
/// file is missing or cannot be written, or when its file system has no such locks. Throws as lock_file() does.
std::optional<FileLock> lock_byte(const std::filesystem::path& path, std::int64_t position,
                                  std::chrono::milliseconds deadline, Clock& clock, const Cancel& cancel,
                                  const OnLockWait& on_wait = {});

}  // namespace heygen
