// The process: Poco's application frame, signals, and the one place where an Error becomes text and an exit code.
#pragma once

namespace heygen::host {

/// All of the program. Returns the exit code (core/base/error.hpp).
int run(int argc, char** argv);

}  // namespace heygen::host
