// SPDX-License-Identifier: Apache-2.0
// The provider's library: loaded, agreed with, described to the host, called.
#pragma once

#include <heygen/provider.h>

#include "runner/channel.hpp"

namespace heygen::runner {

/// Loads it, and tells the host what it is, or why it cannot be used: then the process ends. `path` ends with NUL, and
/// `host_version` stays as long as the process.
void load_library(const char* path, heygen_str host_version);

/// Runs a provider function for a frame of Kind::call, and sends its result.
void run_call(Reader call);

void deinit_library();

}  // namespace heygen::runner
