// SPDX-License-Identifier: Apache-2.0
// `.heygen-profile`: a file that chooses the profile for a directory and all below it.
#pragma once

#include <filesystem>
#include <string>

#include "core/base/environment.hpp"
#include "core/base/error.hpp"
#include "core/profile/profiles.hpp"

namespace heygen::profile {

inline constexpr std::string_view kFileName = ".heygen-profile";

/// What such a file says. `name`: the profile, or "".
struct ProfileFile {
  std::filesystem::path path{};
  std::string name{};
  std::string doubt{};  ///< why it needs the user's trust: "it belongs to another user"; "" for the user's own
};

/// The nearest one, from the current directory up to the home directory or the root; empty path for none. Costs a
/// system call for each directory on the way. Throws Error for one that cannot be read, and usage_error for one that
/// has no name in it.
ProfileFile find_profile_file(const Environment& environment);
/// The one at `path`. Throws Error likewise, and when there is none.
ProfileFile read_profile_file(const std::filesystem::path& path);

/// Whether the user trusts what this file says now: that name, at that path.
bool is_trusted(const ProfileFile& file, const Profiles& profiles);
/// Throws Error when that cannot be stored.
void trust(const ProfileFile& file, const Profiles& profiles);

/// What a file that needs trust and does not have it means for a command.
Error untrusted_error(const ProfileFile& file);

}  // namespace heygen::profile
