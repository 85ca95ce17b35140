// SPDX-License-Identifier: Apache-2.0
// The manifest that belongs to a path which was typed.
#pragma once

#include <filesystem>

namespace heygen::tools {

/// Itself, or the one in its directory that names the library. Throws std::runtime_error when there is none.
std::filesystem::path manifest_for(const std::filesystem::path& path);

}  // namespace heygen::tools
