// SPDX-License-Identifier: Apache-2.0
// Finding a provider by its ID, and where providers are looked for.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/provider/discovery/registry.hpp"
#include "host/command.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::provider {

/// For an ID that no installed provider has: names the package of a reserved ID, else the nearest ID and the
/// directories that were searched.
Error unknown_provider(Services& services, const std::string& id);

/// The provider with the ID that was typed. Throws unknown_provider().
const heygen::provider::DiscoveredProvider& require_installed(Services& services, const std::string& id);

std::vector<heygen::provider::SearchDirectory> search_path(const Services& services);

/// `providers` beside config.toml.
std::filesystem::path user_directory(const Services& services);

Positional id_argument();

}  // namespace heygen::host::commands::provider
