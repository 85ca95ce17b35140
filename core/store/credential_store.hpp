// The credentials file: read, change under a lock, never half-written, never with a foreign key lost.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

#include "core/base/file_lock.hpp"
#include "core/json/value.hpp"

namespace heygen {
class Cancel;
class Clock;
}  // namespace heygen

namespace heygen::store {

/// What is on disk.
enum class Shape { absent, blank, plain_key, json };

struct Document {
  Shape shape = Shape::absent;
  json::Value root = json::Object{};  ///< always an object; a plain-text key shows as {"api_key": …}
};

/// What a file may hold that makes it unusable. The message names path and reason, never content.
class Unreadable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class CredentialStore {
 public:
  /// `directory` is created (0700) by the first write, not before.
  CredentialStore(std::filesystem::path directory, Clock& clock);

  const std::filesystem::path& path() const { return path_; }
  const std::filesystem::path& directory() const { return directory_; }

  /// Throws Unreadable for a malformed file, a directory, a file that cannot be read or is over 1 MiB.
  Document read() const;

  /// Under credentials.lock: reads, lets `change` edit the root (it may be called twice, on equal roots), and replaces
  /// the file atomically (temp file, fsync, rename, fsync of the directory; mode 0600). Nothing is written when nothing
  /// changed, and a root left empty removes the file. Throws Unreadable as read() does, and heygen::Error when writing
  /// fails; the old file is then intact.
  void update(const std::function<void(json::Value& root)>& change);

  /// refresh-<slot>.lock (the directory is created when missing): waits until `deadline`. Throws Error{timeout} past
  /// it, Error{canceled}, and Error{error} when the directory cannot hold a lock file.
  FileLock lock_refresh(const std::string& slot, std::chrono::milliseconds deadline, const Cancel& cancel);

 private:
  std::filesystem::path directory_;
  std::filesystem::path path_;
  Clock& clock_;
};

}  // namespace heygen::store
