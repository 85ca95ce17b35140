// SPDX-License-Identifier: Apache-2.0
// What a provider needs, shown to the user before it is installed.
#pragma once

#include <string>

#include "core/provider/manifest.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::provider {

/// For a provider that is about to go into the user's directory. Without needs there is nothing to consent to. Shows
/// the needs, and asks unless `yes`. Throws Error{canceled}, or Error{confirmation_required} that names the needs and
/// `command`, which installs it without a question, when there is no terminal to ask on.
void require_consent(Services& services, const heygen::provider::Manifest& manifest, bool yes,
                     const std::string& command);

}  // namespace heygen::host::commands::provider
