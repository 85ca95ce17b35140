// SPDX-License-Identifier: Apache-2.0
// The command line of heygen-sandbox.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sdk/sandbox/oauth/state.hpp"

namespace heygen::sandbox {

struct Options {
  enum class Command { serve, run, help, version };
  Command command = Command::help;
  std::string help_about;  ///< "", "serve" or "run"
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::string log_file;
  std::string config_directory;  ///< of heygen; "": a private one, gone at the end
  Settings settings;
  std::vector<std::string> program;  ///< what `run` starts
};

/// args: without the program's name. Throws Failure (usage).
Options parse_options(const std::vector<std::string>& args);

}  // namespace heygen::sandbox
