// SPDX-License-Identifier: Apache-2.0
// What the user sees when a provider's status ends the search for a credential.
#pragma once

#include <string>

#include "core/base/error.hpp"
#include "core/provider/provider.hpp"

namespace heygen::provider {

/// The error for a result whose status is not OK. The provider's own words come first; auth errors (not_configured,
/// broken, rejected, needs_user) end in exit code 3, transient ones in network_error, usage and unsupported in exit
/// code 2, and whatever only a bug explains names the provider and its version. `how_to_login` is part of the hint of
/// exit code 3.
Error to_error(const ProviderResult& result, const Manifest& manifest, const std::string& how_to_login);

}  // namespace heygen::provider
