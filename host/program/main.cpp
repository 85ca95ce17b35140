// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cstdlib>

#include "host/fixed_texts.hpp"
#include "host/program/application.hpp"

// Poco reads the system's time zone before main(), for local times, which nothing here shows. Libraries find the C
// library's own.
extern "C" [[gnu::visibility("hidden")]] void tzset() noexcept {}

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

#ifdef HEYGEN_FIXED_TEXTS
namespace heygen::host::fixed {
extern const std::string_view kCommands, kBash, kZsh, kFish, kPowershell, kHelp;
}
#endif

int main(int argc, char** argv) {
#ifdef HEYGEN_FIXED_TEXTS
  using namespace heygen::host::fixed;
  static const heygen::host::FixedTexts texts{kCommands, kBash, kZsh, kFish, kPowershell, kHelp};
  heygen::host::program::run(argc, argv, &texts);
#else
  heygen::host::program::run(argc, argv, nullptr);
#endif
}
