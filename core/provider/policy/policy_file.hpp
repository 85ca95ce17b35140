// SPDX-License-Identifier: Apache-2.0
// The policy of this machine: where it is, and whether it can be trusted.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/provider/policy/policy.hpp"

namespace heygen::provider {

/// <sysconfdir>/heygen/policy.toml, fixed when heygen was built.
std::filesystem::path policy_path();

/// policy.d beside the file: `*.toml` in it are read after the file, in the order of their names.
std::filesystem::path policy_directory(const std::filesystem::path& path);

/// The file and those in policy_directory(). A policy that is not in effect when there are no such files. Throws
/// Error{error} that names file, line and key when one cannot be read or trusted: root must own each and every
/// directory above, and nobody else may write to them.
Policy read_policy(const std::filesystem::path& path);

/// Why the CA file that the policy fixes cannot be trusted on this machine, a clause; empty when it can or when the
/// policy fixes none.
std::optional<std::string> find_ca_file_fault(const Policy& policy);

/// Files in the order of reading, and whether the first must be complete by itself (PolicyText).
struct PolicyFiles {
  std::vector<std::filesystem::path> paths;
  bool begins_whole = true;
};

/// What `policy check` is asked about: files; a directory that has policy.toml, policy.d or both; or a directory like
/// policy.d. Throws Error{error} for a directory that cannot be read.
PolicyFiles files_to_check(const std::vector<std::filesystem::path>& paths);

/// Reads a policy that must exist, with any owner. Throws Error{error} likewise.
Policy check_policy(const PolicyFiles& files);

}  // namespace heygen::provider
