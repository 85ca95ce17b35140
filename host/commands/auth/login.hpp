// SPDX-License-Identifier: Apache-2.0
// `heygen auth login`.
#pragma once

#include "core/provider/provider.hpp"
#include "host/command.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::auth {

void run_login(Services& services, Printer& printer, const Parsed& parsed);

/// Logs in, and prints notices and result. Throws Error.
void complete_login(Services& services, Printer& printer, const heygen::provider::Manifest& manifest,
                    const heygen::provider::GivenSettings& given, heygen::provider::LoginStage& stage);

/// The values of --set: settings that the provider declares, by the rules of config.toml. An empty one is the default.
heygen::provider::GivenSettings given_settings(const Parsed& parsed, const heygen::provider::Manifest& manifest);

/// The error that a failed login ends in. A server that refuses means to log in again (exit 3); unlike in a failed
/// request, nothing else here means a broken credential (exit 1).
Error login_error(const heygen::provider::ProviderResult& answer, const heygen::provider::Manifest& manifest);

}  // namespace heygen::host::commands::auth
