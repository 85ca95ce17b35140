// SPDX-License-Identifier: Apache-2.0
// Threads that a provider leaves behind.
#pragma once

namespace heygen::check {

/// Threads of this process.
int thread_count();

/// True when there are more than `count` for longer than a thread takes to end, and none of a runtime are accepted.
bool threads_stay(int count);

}  // namespace heygen::check
