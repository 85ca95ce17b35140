// SPDX-License-Identifier: Apache-2.0
// What ends the program: what happened, and what to do next.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace heygen::sandbox {

struct Failure : std::runtime_error {
  Failure(const std::string& message, std::string what_to_do, int status = 1)
      : std::runtime_error(message), hint(std::move(what_to_do)), exit(status) {}
  std::string hint;
  int exit;
};

inline Failure usage_error(const std::string& message,
                           std::string hint = "Run `heygen-sandbox --help` for the options.") {
  return {message, std::move(hint), 2};
}

}  // namespace heygen::sandbox
