// One case in a process of its own, watched from outside.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "sdk/tools/check/arena.hpp"
#include "sdk/tools/check/findings.hpp"
#include "sdk/tools/check/world.hpp"

namespace heygen::check {

struct Ended {
  Findings findings;
  bool whole = false;  ///< it said all that it had to say
  bool late = false;   ///< ended by the time limit
  int signal = 0;
  Kind touched = Kind::none;  ///< what the address that a crash was about had been part of
  std::string where;          ///< the provider function that ran at the end
  std::string output;         ///< of stdout and stderr, the beginning
  bool read_stdin = false;
  bool traced = false;
  std::string leaking_child;  ///< a command that was started with a secret in environment or arguments
};

/// Runs `body` in a child with a folder of its own as home, for at most `limit_ms`. The variables of `exported` are in
/// the child's environment.
Ended run_case(const World& world, const std::map<std::string, std::string>& exported,
               const std::filesystem::path& folder, int limit_ms, const std::function<void(Findings&)>& body);

/// The first file written since `since` that holds a secret: below `folder`, or in the system's folders for temporary
/// files.
std::optional<std::filesystem::path> leaking_file(const World& world, const std::filesystem::path& folder,
                                                  std::filesystem::file_time_type since);

}  // namespace heygen::check
