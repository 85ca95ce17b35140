// SPDX-License-Identifier: Apache-2.0
// The user's home directory, and paths that a user wrote into the environment or a setting.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/environment.hpp"
#include "core/base/error.hpp"

namespace heygen {

/// The home directory of the account that this process acts for, or "" when no name service knows one.
std::filesystem::path account_home();

/// HOME when it is the absolute path of a directory that can be reached; else the account's home directory when that
/// is; else HOME if it is absolute. Empty when none of them is.
std::filesystem::path home_directory(const Environment& environment,
                                     const std::function<std::filesystem::path()>& of_account = account_home);

/// A path as a shell would have passed it on: `~` and `~/…` become the home directory, as a shell leaves them in quotes
/// and after `--option=`. Everything else is unchanged: `./~`, `~user`, and `~` without a home directory.
std::filesystem::path user_path(const std::string& text, const Environment& environment);

/// The path in an environment variable, by the same rule; empty when the variable is unset or blank.
std::filesystem::path path_variable(const Environment& environment, std::string_view name);

/// The paths in a variable like PATH, by the same rule; empty ones are left out.
std::vector<std::filesystem::path> path_list_variable(const Environment& environment, std::string_view name);

/// Where a program may keep what outlives it apart from settings, the best first: the directories `heygen` in
/// XDG_STATE_HOME (~/.local/state by default) and in XDG_RUNTIME_DIR.
std::vector<std::filesystem::path> state_directories(const Environment& environment);

/// What fails when there is no directory for settings and credentials.
Error no_user_directory();

}  // namespace heygen
