// SPDX-License-Identifier: Apache-2.0
// Which profile a command uses: --profile, else HEYGEN_PROFILE, else a file `.heygen-profile`, else `heygen profile
// use`, else the usual one.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/base/environment.hpp"
#include "core/profile/profiles.hpp"

namespace heygen::profile {

struct Choice {
  enum class By : unsigned char { usual, option, variable, file, use };
  std::string name{};  ///< "" for the usual profile
  By by = By::usual;
  std::filesystem::path file{};  ///< of By::file
};

/// `option`: the value of --profile. What comes later in the order is not looked at. Throws Error{usage_error} for an
/// invalid name and for a file that is not trusted, and Error as find_profile_file() does.
Choice choose(const std::optional<std::string>& option, const Environment& environment, const Profiles& profiles);

/// "--profile", "HEYGEN_PROFILE", ".heygen-profile", "heygen profile use", or "".
std::string_view name_of(Choice::By by);

}  // namespace heygen::profile
