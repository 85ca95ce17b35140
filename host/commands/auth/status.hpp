// SPDX-License-Identifier: Apache-2.0
// `heygen auth status`.
#pragma once

#include <cstdint>

#include "core/auth/credential.hpp"
#include "core/json/value.hpp"
#include "host/command.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::auth {

void run_status(Services& services, Printer& printer, const Parsed& parsed);

/// The `credential` block: what is unknown is left out. `user` is what the file says, or an empty object.
json::Value credential_block(const heygen::auth::Credential& credential, const json::Value& user, std::int64_t now);

}  // namespace heygen::host::commands::auth
