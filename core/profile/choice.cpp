// SPDX-License-Identifier: Apache-2.0
#include "core/profile/choice.hpp"

#include "core/profile/profile_file.hpp"

namespace heygen::profile {

namespace {

constexpr std::string_view kOption = "--profile";
constexpr std::string_view kVariable = "HEYGEN_PROFILE";

}  // namespace

Choice choose(const std::optional<std::string>& option, const Environment& environment, const Profiles& profiles) {
  if (option) return {checked_name(*option, kOption), Choice::By::option, {}};
  if (environment.has(kVariable))
    return {checked_name(environment.value(kVariable), kVariable), Choice::By::variable, {}};
  if (ProfileFile file = find_profile_file(environment); !file.path.empty()) {
    if (!is_trusted(file, profiles)) throw untrusted_error(file);
    return {std::move(file.name), Choice::By::file, std::move(file.path)};
  }
  std::string used = profiles.in_use();
  return used.empty() ? Choice{} : Choice{std::move(used), Choice::By::use, {}};
}

std::string_view name_of(Choice::By by) {
  switch (by) {
    case Choice::By::option:
      return kOption;
    case Choice::By::variable:
      return kVariable;
    case Choice::By::file:
      return kFileName;
    case Choice::By::use:
      return "heygen profile use";
    case Choice::By::usual:
      break;
  }
  return {};
}

}  // namespace heygen::profile
