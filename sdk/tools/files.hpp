// SPDX-License-Identifier: Apache-2.0
// What the tasks write: stdout, and files.
#pragma once

#include <filesystem>
#include <string_view>

namespace heygen::tools {

/// All of it to stdout. Throws std::runtime_error.
void print(std::string_view text);
/// A run that is stopped half-way leaves the old file or the new one, never a part. Throws std::runtime_error.
void replace_file(const std::filesystem::path& path, std::string_view text);

}  // namespace heygen::tools
