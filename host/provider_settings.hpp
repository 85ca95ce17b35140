// What the user decided about providers as such: the table [provider] of config.toml.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/config/config.hpp"

namespace heygen::host {

struct ProviderSettings {
  std::vector<std::string> disabled;           ///< provider.disabled.ID = true
  std::chrono::milliseconds patience{60'000};  ///< provider.deadline, in seconds
};

/// A config.toml that cannot be read counts as absent here; whoever needs a setting of it says what is wrong.
ProviderSettings provider_settings(const config::Config& config);

/// For `config set` and its kin.
config::DeclaredKey deadline_key();
config::DeclaredKey disabled_key(const std::string& id);

}  // namespace heygen::host
