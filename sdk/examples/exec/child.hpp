// SPDX-License-Identifier: Apache-2.0
// One run of a helper program: text in, text out, an end in every case.
#pragma once

#include <heygen/provider.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace exec_provider {

struct Run {
  std::vector<std::string> argv;  ///< the program, looked up in PATH unless it contains a '/', and its arguments
  std::string_view input;         ///< the content of its stdin
  std::chrono::milliseconds limit;
  bool may_ask;  ///< it keeps the terminal; otherwise it runs in a session of its own, which has none
};

/// Its stdout, at most 1 MiB; stderr is ours. It gets our environment without HEYGEN_* variables. Throws Fail: BROKEN
/// (not started, another status than 0, a signal, too much output), TRANSIENT (not over within the limit), CANCELED
/// (within 200 ms). The program is gone, or killed, when this returns.
std::string run(const heygen::sdk::Call& call, const Run& run);

}  // namespace exec_provider
