// SPDX-License-Identifier: Apache-2.0
// One request with a credential that may not be stored yet: does the API accept it, and whose is it?
#pragma once

#include "core/auth/login.hpp"
#include "core/transport/api_client.hpp"

namespace heygen::transport {

/// GET /v3/users/me with this credential: 10 s, no retries. Throws Error{canceled}, and
/// Error{cli_response_parse_error} when a server answers that cannot be the API (read_account()); everything else is a
/// verdict, and only a response to the request that carried the credential is one about it.
auth::ProbeResult probe_credential(net::Http& http, Clock& clock, Random& random, const Cancel& cancel,
                                   ClientOptions options, auth::CredentialSource& credential);

}  // namespace heygen::transport
