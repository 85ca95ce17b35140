// SPDX-License-Identifier: Apache-2.0
// A piece of work in a child process: for libraries that leave threads and signal handlers behind, as GLib does, or
// that may wait for ever.
#pragma once

#include <heygen/provider.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace keyring {

/// What `work` returns, or throws as Fail, in a copy of this process; services of the host are not for that copy.
/// Throws Fail of its own: TRANSIENT (not over within the limit), CANCELED (at once), BROKEN (it crashed). The child
/// is gone when this returns, and goes when this process does.
heygen::sdk::Secret in_child(const heygen::sdk::Call& call, std::chrono::milliseconds limit,
                             const std::function<std::string()>& work);

}  // namespace keyring
