// SPDX-License-Identifier: Apache-2.0
// What the config commands share.
#pragma once

#include <vector>

#include "core/config/config.hpp"
#include "core/json/value.hpp"
#include "host/command.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::config {

/// The settings that installed providers declare, and those about providers. They are read from manifests, so an
/// invalid value in config.toml can be corrected.
std::vector<heygen::config::DeclaredKey> declared_keys(Services& services);

/// The same with what the policy fixes, whose `source` is "policy".
heygen::config::Entry with_policy(Services& services, heygen::config::Entry entry);
/// Likewise all, and what is fixed although nothing sets it.
std::vector<heygen::config::Entry> with_policy(Services& services, std::vector<heygen::config::Entry> entries);
/// Throws Error{usage_error} with the rule for a value other than the fixed one.
void require_not_fixed(Services& services, const std::string& key, const std::string& value);

/// Warns of each fault of config.toml that is left, and where a file is that could not be kept as it was.
void tell_faults(Services& services, const std::string& kept = {});
/// {"key", "value"}, and "source" on request; "rule" of what the policy fixes.
json::Value document(const heygen::config::Entry& entry, bool with_source);

Positional key_argument();

}  // namespace heygen::host::commands::config
