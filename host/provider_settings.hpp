// SPDX-License-Identifier: Apache-2.0
// What the user decided about providers as such: the table [provider] of config.toml.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/config/config.hpp"

namespace heygen::host {

struct ProviderSettings {
  std::vector<std::string> disabled;               ///< provider.disabled.ID = true
  std::chrono::milliseconds hang_timeout{60'000};  ///< provider.deadline, in seconds
  std::optional<Error> problem;                    ///< provider.deadline is not a valid value
};

/// A config.toml that cannot be read counts as absent here; whatever needs a setting of it says what is wrong.
ProviderSettings provider_settings(const config::Config& config);

/// Throws Error{usage_error} unless `value` is a number of seconds that provider.deadline can have.
void check_deadline(const std::string& value);

/// For `config set` and its kin.
config::DeclaredKey deadline_key();
config::DeclaredKey disabled_key(const std::string& id);

}  // namespace heygen::host
