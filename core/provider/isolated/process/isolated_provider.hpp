// SPDX-License-Identifier: Apache-2.0
// A provider in a process of its own, which a cage holds (runner/).
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/provider/call/host_call.hpp"
#include "core/provider/isolated/requests/dispatch.hpp"
#include "core/provider/provider.hpp"

namespace heygen::provider {

struct IsolatedLibrary {
  std::filesystem::path runner;          ///< the program heygen-provider-runner
  std::filesystem::path library;         ///< canonical
  std::filesystem::path image;           ///< of its sealed copy, or ""
  bool landlock = true, seccomp = true;  ///< tests switch one off
  Allowance allowance{};
  /// In place of the manifest's needs; for tools that try what a provider needs. Hosts stay those of the manifest.
  std::optional<std::vector<std::string>> granted{};
  /// Gets each attempt that the cage denies, once per process; may be empty.
  std::function<void(const std::string& attempt)> attempted{};
};

/// Starts the process, loads the library in it, and compares it with the manifest. Throws Refusal, for the same reasons
/// as Library and the comparison with its manifest, and where no cage can be made; Error{canceled}. The process lives
/// as long as the provider, and is started again when it has ended between two calls.
std::unique_ptr<Provider> make_isolated_provider(IsolatedLibrary library, Manifest manifest, Services services,
                                                 SecretVariables secret_variables, FindService find_service);

}  // namespace heygen::provider
