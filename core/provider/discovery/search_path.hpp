// SPDX-License-Identifier: Apache-2.0
// Where providers are searched for.
#pragma once

#include <filesystem>
#include <vector>

#include "core/provider/policy/policy.hpp"

namespace heygen {
class Environment;
}

namespace heygen::provider {

struct SearchDirectory {
  std::filesystem::path path;
  Origin origin;
};

/// The directories of HEYGEN_PROVIDER_PATH, then CONFIG_DIR/providers, then ../lib/heygen/providers beside the
/// executable, whose path has no links, as the kernel names a program. With elevated privilege (set-user-id, file
/// capabilities) only the last.
std::vector<SearchDirectory> default_search_path(const Environment& environment,
                                                 const std::filesystem::path& config_dir,
                                                 const std::filesystem::path& executable);

/// The program of isolated providers: ../libexec/heygen/heygen-provider-runner beside the executable; "" where that is
/// not known.
std::filesystem::path runner_path(const std::filesystem::path& executable);

}  // namespace heygen::provider
