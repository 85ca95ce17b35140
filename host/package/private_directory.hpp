// SPDX-License-Identifier: Apache-2.0
// A directory for files that are not yet good enough to be seen, gone with all that is in it when this object goes.
// What a process leaves behind that is killed, a later one removes.
#pragma once

#include <filesystem>
#include <string>

#include "core/base/fd.hpp"

namespace heygen::host::package {

class PrivateDirectory {
 public:
  /// Creates "<parent>/.install-XXXXXX", 0700, and locks it for the life of this object. First removes what others have
  /// left there. Throws Error{cli_file_io_error}.
  explicit PrivateDirectory(const std::filesystem::path& parent);
  ~PrivateDirectory();
  PrivateDirectory(const PrivateDirectory&) = delete;
  PrivateDirectory& operator=(const PrivateDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  UniqueFd lock_;
};

}  // namespace heygen::host::package
