// SPDX-License-Identifier: Apache-2.0
// The values of the variables and settings that a provider declared, as one call sees them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/provider/call/host_call.hpp"
#include "core/provider/setting.hpp"
#include "core/store/provider/provider_cache.hpp"

namespace heygen::provider {

/// A declared variable; "" when it is not set. While the credential of a login is verified, variables that have another
/// credential are hidden: they would be verified in its place.
std::string variable_of(const HostCall& host, std::string_view name);

/// A declared setting. Throws Error for a config.toml that cannot be used.
std::optional<SettingValue> setting_of(const HostCall& host, Setting setting);

/// Digest of a provider's state.
std::string state_digest(const json::Value& state);

/// What a cache entry of this call is derived from: all of these values, and the state with `patch`.
store::CacheBinding cache_binding(const HostCall& host, const std::optional<json::Value>& patch);
/// With what the call has changed so far.
store::CacheBinding cache_binding(const HostCall& host);

}  // namespace heygen::provider
