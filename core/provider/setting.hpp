// SPDX-License-Identifier: Apache-2.0
// Where a provider's settings get their values.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "core/provider/manifest.hpp"

namespace heygen {
class Environment;
}

namespace heygen::provider {

struct SettingValue {
  std::string text;
  std::string source;  ///< for messages: "the variable …"
};

/// Value of `providers.<section>.<key>` in config.toml as text, if any.
using ConfiguredSetting = std::function<std::optional<std::string>(const std::string& section, const std::string& key)>;

/// What `auth login --set KEY=VALUE` gives for one login, by key.
using GivenSettings = std::map<std::string, std::string, std::less<>>;

/// What the administrator's policy fixes for `providers.<section>.<key>`, if anything; `source` is "the policy …".
using FixedSetting = std::function<std::optional<SettingValue>(const std::string& section, const std::string& key)>;

/// The fixed value, else the given value, else the setting's variable, else the first of the provider's sections in
/// config.toml that has it, else its default. An empty value counts as absent; one that is given or fixed is the
/// default. Throws Error{usage_error}, which names both, for a value that contradicts the fixed one.
std::optional<SettingValue> find_setting(const Manifest& manifest, const Setting& setting,
                                         const Environment& environment, const ConfiguredSetting& configured,
                                         const GivenSettings& given = {}, const FixedSetting& fixed = {});

/// The first required setting without a value, or nullptr.
const Setting* missing_setting(const Manifest& manifest, const Environment& environment,
                               const ConfiguredSetting& configured, const GivenSettings& given = {},
                               const FixedSetting& fixed = {});

}  // namespace heygen::provider
