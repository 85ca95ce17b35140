// The policy of this machine: where it stands, and whether it can be believed.
#pragma once

#include <filesystem>

#include "core/base/error.hpp"
#include "core/provider/policy/policy.hpp"

namespace heygen::provider {

/// <sysconfdir>/heygen/policy.toml, fixed when heygen was built.
std::filesystem::path policy_path();

/// A policy that is not in force when there is no such file. Throws Error{error} that names file, line and key when it
/// cannot be read or believed: its owner and that of every directory above must be root, and nobody else may write to
/// them.
Policy read_policy(const std::filesystem::path& path);

/// Why the CA file that it fixes cannot be believed on this machine, a clause; "" when it can or when there is none.
std::string fault_of_ca_file(const Policy& policy);

/// The same for any file, whoever owns it; it must be there.
Policy check_policy(const std::filesystem::path& path);

}  // namespace heygen::provider
