// SPDX-License-Identifier: Apache-2.0
// How to log in, in words: the hint of every error that ends in exit 3.
#pragma once

#include <string>

namespace heygen::provider {
class ProviderRegistry;
}

namespace heygen::auth {

/// "Run `heygen auth login --oauth`." for a provider that has a login; otherwise the command without an option, and the
/// environment variables that would do: "Run `heygen auth login`, or set HEYGEN_API_KEY."
std::string login_hint(provider::ProviderRegistry& registry, const std::string& id = {});

}  // namespace heygen::auth
