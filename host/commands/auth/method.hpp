// SPDX-License-Identifier: Apache-2.0
// Which provider a login goes to: by its option, by --provider, by the picker, or the one that reads stdin.
#pragma once

#include <string>
#include <vector>

#include "host/command.hpp"

namespace heygen {
class Environment;
class Terminal;
}  // namespace heygen
namespace heygen::provider {
struct DiscoveredProvider;
}

namespace heygen::host::commands::auth {

/// --set KEY=VALUE, which names the keys of each provider.
Option set_option(const std::vector<heygen::provider::DiscoveredProvider>& found);

/// One option per installed provider with a login, and hidden ones for reserved spellings whose provider is missing.
std::vector<Option> login_options(Services& services);

/// The provider that the options or --provider name, or "" when none does. Throws Error{usage_error} when two are
/// named.
std::string named_method(const Parsed& parsed, const std::vector<heygen::provider::DiscoveredProvider>& found,
                         const std::string& provider);

/// Whether the user can be prompted: a terminal on stdin and stdout, and neither CI nor HEYGEN_NONINTERACTIVE set.
bool may_ask(const Terminal& terminal, const Environment& environment);

/// For a login that names no method. Throws Error{canceled} when the user leaves the picker.
std::string unnamed_method(Services& services);

/// Throws Error{usage_error} unless this provider is installed and has a login.
const heygen::provider::DiscoveredProvider& require_login(Services& services, const std::string& id);

}  // namespace heygen::host::commands::auth
