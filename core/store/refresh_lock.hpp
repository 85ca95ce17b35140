// SPDX-License-Identifier: Apache-2.0
// The lock of one refresh at a time, and what its file says about the last refresh: a process that waited for another's
// learns why that one failed, and how long a token lives is known for as long as it does.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "core/base/error.hpp"
#include "core/base/file_lock.hpp"

namespace heygen::store {

/// How the last refresh of an entry ended. No secrets.
struct RefreshRecord {
  std::int64_t obtained_at = 0;  ///< when the token was obtained; 0: by no refresh that is known
  std::int64_t expires_at = 0;   ///< of that token
  std::optional<Error> failure;  ///< it failed instead
};

/// Empty when there is none, or none that can be read.
std::optional<RefreshRecord> read_record(const std::filesystem::path& lock_file);

class RefreshLock : public FileLock {
 public:
  /// `shared`: a second lock, on the credentials file itself. `failure`: of the holder that this one waited for.
  RefreshLock(std::string slot, FileLock lock, std::optional<FileLock> shared, std::optional<Error> failure)
      : FileLock(std::move(lock)), slot_(std::move(slot)), shared_(std::move(shared)), failure_(std::move(failure)) {}

  const std::string& slot() const { return slot_; }
  /// Keeps `held` for as long as the lock.
  void hold(std::shared_ptr<const void> held) { held_ = std::move(held); }

  /// Why the process that had the lock while this one waited could not refresh; empty when it did not try, or did.
  const std::optional<Error>& failure_of_predecessor() const { return failure_; }

  /// Tells the next one. A record that cannot be written is left out.
  void record_success(std::int64_t obtained_at, std::int64_t expires_at) const noexcept;
  /// `unique`: a number that no other record has, such as a clock's.
  void record_failure(const Error& error, std::int64_t unique) const noexcept;

 private:
  std::string slot_;
  std::optional<FileLock> shared_;
  std::optional<Error> failure_;
  std::shared_ptr<const void> held_;
};

}  // namespace heygen::store
