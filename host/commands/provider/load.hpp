// SPDX-License-Identifier: Apache-2.0
// `heygen __load-provider LIBRARY MANIFEST`: what `provider install` runs in a process of its own, which has no
// environment and no memory of the caller, where heygen-provider-check is not installed.
#pragma once

#include <string_view>

#include "host/command.hpp"

namespace heygen::host::commands::provider {

inline constexpr std::string_view kLoadCommand = "__load-provider";

/// Hidden. Loads the library once, as the registry would, and compares it with the manifest.
Command load_command();

}  // namespace heygen::host::commands::provider
