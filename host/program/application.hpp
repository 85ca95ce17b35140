// SPDX-License-Identifier: Apache-2.0
// The process: Poco's application frame, signals, and the one place where an Error becomes text and an exit code.
#pragma once

namespace heygen::host {
struct FixedTexts;
}

namespace heygen::host::program {

/// All of the program, which ends within it, with an exit code of core/base/error.hpp. `fixed_texts` may be nullptr.
[[noreturn]] void run(int argc, char** argv, const FixedTexts* fixed_texts);

/// What _exit() does here: as ever, but inside a provider it names that one and ends with a failure.
[[noreturn]] void leave(int status) noexcept;

}  // namespace heygen::host::program
