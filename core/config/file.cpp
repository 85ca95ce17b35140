// SPDX-License-Identifier: Apache-2.0
#include "core/config/file.hpp"

#include <cerrno>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/limits.hpp"

namespace heygen::config {

std::optional<std::string> read_file(const std::filesystem::path& path) {
  try {
    return read_regular_file(path, limits::kUserFile);
  } catch (const std::system_error& error) {
    if (error.code().value() == ENOTDIR) return {};
    throw Error(code::kFileIo,
                "Could not read " + path.string() + ": " + describe_read_error(error, limits::kUserFile) + ".",
                "Make it a regular file that you can read, or remove it.");
  }
}

}  // namespace heygen::config
