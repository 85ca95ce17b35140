// SPDX-License-Identifier: Apache-2.0
// The files that a caged process may use, opened by the host for it: what is checked is what is opened, whatever the
// process does to its memory or to the directories meanwhile. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/base/fd.hpp"

namespace heygen::provider {

/// A descriptor, or the errno that the process gets.
struct OpenedFile {
  UniqueFd file;
  int error = 0;
  bool denied = false;  ///< no grant covers it, so the attempt is named
};

class GrantedFiles {
 public:
  /// Absolute paths. A directory grants all below it.
  GrantedFiles(std::vector<std::string> read, std::vector<std::string> write);

  /// open(2) of an absolute path with the caller's flags. Opens nothing that a grant does not cover, not even to look
  /// at it, and never waits for a pipe or a device.
  OpenedFile open(const std::string& path, int flags, mode_t mode) const;

  /// Whether stat(2) and its kin may answer: a granted path, or a directory above one.
  bool may_look(const std::string& path) const;

  /// mkdir(2), unlink(2), rmdir(2) and rename(2) below a granted directory, by the host. Each returns 0 or an errno;
  /// EACCES when no grant covers it.
  int make_directory(const std::string& path, mode_t mode) const;
  int remove(const std::string& path, int flags) const;
  int rename(const std::string& from, const std::string& to, unsigned flags) const;

 private:
  struct Place {
    UniqueFd directory;
    std::string name;
    int error = 0;
  };
  Place writable_place(const std::string& path) const;
  OpenedFile create(const std::string& path, int flags, mode_t mode) const;

  std::vector<std::string> read_;  ///< with what may be written
  std::vector<std::string> write_;
};

/// Whether `path` is one of `grants` or below one. Both are absolute and without "..".
bool is_covered(std::string_view path, const std::vector<std::string>& grants);

/// Absolute, without "." and "..", by its words alone.
std::string plain_path(std::string_view path);

}  // namespace heygen::provider
