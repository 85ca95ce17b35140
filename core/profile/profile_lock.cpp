// SPDX-License-Identifier: Apache-2.0
#include "core/profile/profile_lock.hpp"

#include <unistd.h>

#include <chrono>

#include "core/base/cancel.hpp"
#include "core/base/directory.hpp"
#include "core/base/error.hpp"

namespace heygen::profile {

namespace {

constexpr std::chrono::seconds kDeadline{10};

Error gone(const std::string& name) {
  return {code::kError, "The profile `" + name + "` was renamed or removed meanwhile. Nothing was written to it.",
          "`heygen profile list` shows the profiles."};
}

}  // namespace

std::shared_ptr<const void> Share::hold(bool creates) {
  const std::lock_guard guard(mutex_);
  if (std::shared_ptr<const FileLock> held = held_.lock()) return held;
  if (!creates && !profiles_.exists(name_)) throw gone(name_);
  make_private_directory(profiles_.root());
  const Cancel never;  // a rename takes no time
  std::shared_ptr<const FileLock> held;
  try {
    held = std::make_shared<const FileLock>(lock_file_shared(profiles_.lock_path(name_), kDeadline, clock_, never));
  } catch (const Error& error) {
    // Where no lock can be made, no profile can be renamed either.
    if (error.code != code::kFileIo || access(profiles_.root().c_str(), W_OK) == 0) throw;
    return {};
  }
  // A link would lead what is written elsewhere: exists() throws for it.
  if (!profiles_.exists(name_) && !creates) throw gone(name_);
  held_ = held;
  return held;
}

std::optional<FileLock> take_alone(const Profiles& profiles, const std::string& name) {
  make_private_directory(profiles.root());
  return try_lock_file(profiles.lock_path(name));
}

Error in_progress(const std::string& name, const std::string& what) {
  return {code::kError,
          "The profile `" + name + "` was not " + what + ": a login, refresh or logout of it is in progress.",
          "Wait for that command to end, or cancel it, then try again."};
}

}  // namespace heygen::profile
