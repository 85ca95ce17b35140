// SPDX-License-Identifier: Apache-2.0
// The file of a login that was started and waits to be finished by a later command: "started-login.json" beside the
// credentials, mode 0600. There is one at a time, it is used once, and what is left then tells that it was.
#pragma once

#include <filesystem>
#include <optional>

#include "core/base/file_lock.hpp"
#include "core/json/value.hpp"

namespace heygen {
class Cancel;
class Clock;
}  // namespace heygen

namespace heygen::store {

class StartedLoginFile {
 public:
  /// `directory`: of the credentials; created by put().
  StartedLoginFile(std::filesystem::path directory, Clock& clock);

  /// Takes the place of a login that was started before. Throws Error{error}.
  void put(const json::Value& record);
  /// Only one process finishes it. Throws Error{error} when another one does, and Error{canceled}.
  FileLock lock(const Cancel& cancel) const;
  /// Empty when there is none. Throws Error{error} for a file that cannot be read or is damaged. The caller wipes it.
  std::optional<json::Value> read() const;
  /// Whether the record says that it was used.
  static bool is_used(const json::Value& record);
  /// Leaves only that it was. Throws Error{error}: it must not be used then.
  void mark_used();
  /// Removes it where there is one. Throws Error{error}.
  void remove();

 private:
  std::filesystem::path path_;
  Clock& clock_;
};

}  // namespace heygen::store
