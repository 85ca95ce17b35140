// SPDX-License-Identifier: Apache-2.0
// The policy of this machine: where it is, and whether it can be trusted.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/base/error.hpp"
#include "core/provider/policy/policy.hpp"

namespace heygen::provider {

/// <sysconfdir>/heygen/policy.toml, fixed when heygen was built.
std::filesystem::path policy_path();

/// A policy that is not in effect when there is no such file. Throws Error{error} that names file, line and key when
/// the policy cannot be read or trusted: root must own it and every directory above, and nobody else may write to them.
Policy read_policy(const std::filesystem::path& path);

/// Why the CA file that the policy fixes cannot be trusted on this machine, a clause; empty when it can or when the
/// policy fixes none.
std::optional<std::string> find_ca_file_fault(const Policy& policy);

/// Reads a policy that must exist, with any owner. Throws Error{error} likewise.
Policy check_policy(const std::filesystem::path& path);

}  // namespace heygen::provider
