// SPDX-License-Identifier: Apache-2.0
// What the user decided about providers as such: the table [provider] of config.toml.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/config/config.hpp"
#include "core/provider/policy/isolation.hpp"

namespace heygen::provider {
struct DiscoveredProvider;
}

namespace heygen::host {

struct ProviderSettings {
  std::vector<std::string> disabled;               ///< provider.disabled.ID = true
  std::vector<std::string> runtimes;               ///< provider.runtime.ID = true
  provider::IsolationSettings isolation;           ///< provider.isolation, provider.isolated.ID = true
  std::chrono::milliseconds hang_timeout{60'000};  ///< provider.deadline, in seconds
  std::optional<Error> problem;                    ///< the first fault of config.toml
};

/// Faults become `problem`, so that what needs no provider still works; without an answer to what is disabled, nothing
/// may load.
ProviderSettings provider_settings(const config::Config& config);

/// The settings in [provider], for any provider: what config.toml can be checked against before providers are known.
std::vector<config::DeclaredKey> own_keys();

/// For `config set` and its kin: provider.deadline and provider.isolation, and of each provider whether it is disabled
/// or isolated, whether its language runtime may load, and what it declares.
std::vector<config::DeclaredKey> declared_keys(const std::vector<provider::DiscoveredProvider>& found);
config::DeclaredKey disabled_key(const std::string& id);
config::DeclaredKey runtime_key(const std::string& id);
config::DeclaredKey isolated_key(const std::string& id);

}  // namespace heygen::host
