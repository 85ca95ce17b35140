// SPDX-License-Identifier: Apache-2.0
// What `provider list` and `provider why` say about every provider.
#pragma once

#include <string>

#include "core/json/value.hpp"
#include "core/provider/discovery/registry.hpp"

namespace heygen::host::commands::provider {

json::Value summary(const heygen::provider::DiscoveredProvider& found);

/// Lines for --human.
std::string summary_text(const heygen::provider::DiscoveredProvider& found);

}  // namespace heygen::host::commands::provider
