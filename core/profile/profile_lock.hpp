// SPDX-License-Identifier: Apache-2.0
// Who writes to a profile shares its lock; who renames or removes it has the lock alone. The lock is outside the
// profile's directory, so it stays with the name.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/base/error.hpp"
#include "core/base/file_lock.hpp"
#include "core/profile/profiles.hpp"

namespace heygen::profile {

/// The share of this process in the lock of one profile. Thread-safe.
class Share {
 public:
  Share(Profiles profiles, std::string name, Clock& clock)
      : profiles_(std::move(profiles)), name_(std::move(name)), clock_(clock) {}

  /// Kept as long as anything of the process has what it returns; one lock serves all. `creates`: the directory may be
  /// missing, and is made by the caller. Waits for a rename or removal that is under way. Throws Error{timeout}, and
  /// Error{error} when the profile is gone: what would be written then has no place.
  std::shared_ptr<const void> hold(bool creates);

 private:
  const Profiles profiles_;
  const std::string name_;
  Clock& clock_;
  std::mutex mutex_;  ///< of the next
  std::weak_ptr<const FileLock> held_;
};

/// The lock for one process alone, at once. Empty: a login, refresh or logout of that profile is under way. Throws
/// Error when it cannot be taken.
std::optional<FileLock> take_alone(const Profiles& profiles, const std::string& name);

/// What take_alone() failing means for the user. `what`: "removed".
Error in_progress(const std::string& name, const std::string& what);

}  // namespace heygen::profile
