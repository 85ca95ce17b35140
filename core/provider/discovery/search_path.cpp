// SPDX-License-Identifier: Apache-2.0
#include "core/provider/discovery/search_path.hpp"

#include "core/base/environment.hpp"
#include "core/base/home.hpp"
#include "core/base/privilege.hpp"

namespace heygen::provider {

std::vector<SearchDirectory> default_search_path(const Environment& environment,
                                                 const std::filesystem::path& config_dir,
                                                 const std::filesystem::path& executable) {
  std::vector<SearchDirectory> directories;
  std::error_code error;
  // With another user's privilege, the user's files are as untrusted as the user's variables.
  if (!has_elevated_privilege()) {
    for (const std::filesystem::path& directory : path_list_variable(environment, "HEYGEN_PROVIDER_PATH"))
      directories.push_back({std::filesystem::absolute(directory, error), Origin::environment});
    if (!config_dir.empty()) directories.push_back({config_dir / "providers", Origin::user});
  }
  if (!executable.empty()) {
    directories.push_back({executable.parent_path().parent_path() / "lib" / "heygen" / "providers", Origin::system});
  }
  return directories;
}

std::filesystem::path runner_path(const std::filesystem::path& executable) {
  if (executable.empty()) return {};
  return executable.parent_path().parent_path() / "libexec" / "heygen" / "heygen-provider-runner";
}

}  // namespace heygen::provider
