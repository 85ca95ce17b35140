// SPDX-License-Identifier: Apache-2.0
#include "core/base/home.hpp"

#include <unistd.h>

#include <optional>
#include <system_error>

#include "core/base/account.hpp"
#include "core/base/text.hpp"

namespace heygen {
namespace {

namespace fs = std::filesystem;

bool is_home(const fs::path& path) {
  std::error_code ignored;
  return path.is_absolute() && fs::is_directory(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

fs::path account_home() {
  const std::optional<Account> account = account_of(geteuid());
  return account ? fs::path(account->home) : fs::path{};
}

fs::path home_directory(const Environment& environment, const std::function<fs::path()>& of_account) {
  const fs::path named = environment.value("HOME");
  if (is_home(named)) return named;
  if (const fs::path known = of_account(); is_home(known)) return known;
  std::error_code ignored;
  return named.is_absolute() && !fs::exists(named, ignored) ? named : fs::path{};
}

fs::path user_path(const std::string& text, const Environment& environment) {
  const bool is_of_home = text == "~" || text.starts_with("~/");
  const fs::path home = is_of_home ? home_directory(environment) : fs::path{};
  if (home.empty()) return text;
  const fs::path below = fs::path(text.substr(1)).relative_path();
  return below.empty() ? home : home / below;
}

fs::path path_variable(const Environment& environment, std::string_view name) {
  return user_path(environment.value(name), environment);
}

std::vector<fs::path> path_list_variable(const Environment& environment, std::string_view name) {
  std::vector<fs::path> paths;
  for (const std::string& text : split(environment.value(name), ':')) {
    if (!text.empty()) paths.push_back(user_path(text, environment));
  }
  return paths;
}

std::vector<fs::path> state_directories(const Environment& environment) {
  fs::path state = path_variable(environment, "XDG_STATE_HOME");
  if (!state.is_absolute()) {
    const fs::path home = home_directory(environment);
    state = home.empty() ? home : home / ".local" / "state";
  }
  std::vector<fs::path> directories;
  for (const fs::path& directory : {state, path_variable(environment, "XDG_RUNTIME_DIR")}) {
    if (directory.is_absolute()) directories.push_back(directory / "heygen");
  }
  return directories;
}

Error no_user_directory() {
  return {code::kFileIo,
          "There is no place for settings and credentials: HOME is not the absolute path of a directory, "
          "and this account has no home directory.",
          "Set HOME, or HEYGEN_CONFIG_DIR to a directory of your own."};
}

}  // namespace heygen
