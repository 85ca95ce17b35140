// SPDX-License-Identifier: Apache-2.0
// `heygen profile`: accounts with a login each.
#pragma once

#include <string>

#include "core/base/error.hpp"
#include "host/command.hpp"

namespace heygen::host {
class Services;
}

namespace heygen::host::commands::profile {

void add_commands(CommandTable& table);

/// The argument that names a profile that is there.
Positional name_argument(const std::string& name = "name");
/// Throws Error{usage_error} when there is no such profile.
void require_profile(Services& services, const std::string& name);

}  // namespace heygen::host::commands::profile
