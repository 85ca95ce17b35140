// SPDX-License-Identifier: Apache-2.0
// Reading a small file that a user writes.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace heygen::config {

/// Empty when there is no such file. Throws Error{error} when the file cannot be read, is not a regular file, or is
/// over limits::kUserFile.
std::optional<std::string> read_file(const std::filesystem::path& path);

}  // namespace heygen::config
