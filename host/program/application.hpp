// SPDX-License-Identifier: Apache-2.0
// The process: Poco's application frame, signals, and the one place where an Error becomes text and an exit code.
#pragma once

namespace heygen::host::program {

/// All of the program. Returns the exit code (core/base/error.hpp).
int run(int argc, char** argv);

/// What _exit() does here: as ever, but inside a provider it names that one and ends with a failure.
[[noreturn]] void leave(int status) noexcept;

}  // namespace heygen::host::program
