// SPDX-License-Identifier: Apache-2.0
// The texts of --help and --version.
#pragma once

#include <string>

namespace heygen::sandbox {

/// about: "serve", "run" or "".
std::string help_text(const std::string& about);
std::string version_text();

}  // namespace heygen::sandbox
