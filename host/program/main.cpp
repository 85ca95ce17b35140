// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cstdlib>

#include "host/program/application.hpp"

// Libraries find these two here before the C library's, which run no handler of ours: a provider that ends the process
// with them would pass for a success without output.
extern "C" {
[[gnu::visibility("default")]] void _exit(int status) {  // NOLINT(bugprone-reserved-identifier): the C library's name
  heygen::host::program::leave(status);
}
[[gnu::visibility("default")]] void _Exit(int status) noexcept {  // NOLINT(bugprone-reserved-identifier): likewise
  heygen::host::program::leave(status);
}
}

int main(int argc, char** argv) {
  return heygen::host::program::run(argc, argv);
}
