// SPDX-License-Identifier: Apache-2.0
// What the program promises beside its commands: exit codes, error codes, environment variables, files. One table each,
// for help, man pages, docs/commands and `heygen commands --json`.
#pragma once

#include <span>
#include <string_view>

#include "core/base/error.hpp"

namespace heygen::host::cli {

struct ExitCode {
  Exit exit;
  std::string_view name, meaning;
};

struct ErrorCode {
  std::string_view code, meaning;
  Exit exit;
  int status = 0;  ///< HTTP status that it stands for where the service names no code of its own; 0: not by status
};

struct Variable {
  std::string_view name, meaning;
  bool common = false;  ///< shown by `heygen --help`
};

struct File {
  std::string_view path, meaning;
};

std::span<const ExitCode> exit_codes();
/// The program's own, then those by status. Codes of the service beyond these pass through as they come.
std::span<const ErrorCode> error_codes();
std::span<const Variable> variables();
std::span<const File> files();

}  // namespace heygen::host::cli
