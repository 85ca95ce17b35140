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

/// {"key", "value"}, and "source" on request.
/// Warns of each fault of config.toml that is left, and where a file is that could not be kept as it was.
void tell_faults(Services& services, const std::string& kept = {});
json::Value document(const heygen::config::Entry& entry, bool with_source);

Positional key_argument();

}  // namespace heygen::host::commands::config
