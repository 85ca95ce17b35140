// SPDX-License-Identifier: Apache-2.0
// The two files of a provider, into the user's directory and out of it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/base/terminal.hpp"
#include "core/provider/manifest.hpp"
#include "core/provider/policy/policy.hpp"
#include "host/child_process.hpp"

namespace heygen::host::commands::provider {

/// What an installation needs.
struct InstallDependencies {
  const std::filesystem::path& executable;  ///< heygen-provider-check is beside it
  Terminal& terminal;
  const Cancel& cancel;
  OnChildWait on_wait{};          ///< of the check
  std::filesystem::path world{};  ///< a world file for the check, or ""
};

struct ProviderFiles {
  std::filesystem::path library, manifest_path;
  heygen::provider::Manifest manifest;
  std::string manifest_text;
  /// As read_signature() gives them.
  std::optional<std::string> library_signature{}, manifest_signature{};
  std::string library_digest{};  ///< SHA-256 that the library must have when it is installed; "": any
};

/// Throws Error{cli_file_io_error} for anything but a regular file that can be read; `shown` is what messages call it.
void require_file(const std::filesystem::path& file, const std::string& shown);
/// Creates the user's directory of providers, 0700. Throws Error when others could write to it.
void make_directory(const std::filesystem::path& directory);

/// "<id>.provider.json"
std::string manifest_name(const std::string& id);

/// From either of the two, which lie beside each other. Throws Error{usage_error} when one is missing or is none.
ProviderFiles find_provider_files(const std::filesystem::path& file);

/// Throws Error{usage_error} naming the rule when the policy would not let it load from a directory of the user, but
/// for its signatures (signature.hpp).
void require_permitted(const heygen::provider::Policy& policy, const ProviderFiles& files);

/// Copies both, with their signatures, into a directory of its own, checks the copies, and moves them into `directory`,
/// which is created 0700;
/// the library gets mode 0755, the manifest 0644. Returns who checked. Throws Error{file_exists} without `replace`,
/// Error when the check finds a fault; nothing has changed then.
std::string install_provider(const InstallDependencies& needs, const ProviderFiles& files,
                             const std::filesystem::path& directory, bool replace);

/// The manifest, and the library that it names unless another one names it too, with their signatures. Returns what was
/// removed.
std::vector<std::filesystem::path> remove_provider(const std::filesystem::path& manifest);

}  // namespace heygen::host::commands::provider
