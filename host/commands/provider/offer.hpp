// SPDX-License-Identifier: Apache-2.0
// Whether the login of a provider is offered, by its manifest and its settings.
#pragma once

#include "core/provider/manifest.hpp"
#include "core/provider/setting.hpp"

namespace heygen {
class Environment;
}
namespace heygen::config {
class Config;
}
namespace heygen::provider {
struct DiscoveredProvider;
}

namespace heygen::host::commands::provider {

/// Whether it is a row of the login picker: it has a login, may load, and what enables it is set.
bool is_offered(const heygen::provider::DiscoveredProvider& found, const heygen::config::Config& config,
                const Environment& environment, const heygen::provider::FixedSetting& fixed = {});

/// Throws Error{usage_error} naming the first required setting without a value.
void require_settings(const heygen::provider::Manifest& manifest, const heygen::config::Config& config,
                      const Environment& environment, const heygen::provider::GivenSettings& given = {},
                      const heygen::provider::FixedSetting& fixed = {});

}  // namespace heygen::host::commands::provider
