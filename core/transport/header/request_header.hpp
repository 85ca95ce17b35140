// SPDX-License-Identifier: Apache-2.0
// Request headers that the user gives.
#pragma once

#include <string>

#include "core/net/http.hpp"

namespace heygen::transport {

/// One value of --headers, "Name: value". Throws Error{usage_error} unless the name is on the allow-list.
net::Header parse_client_header(const std::string& text);

/// One value of `api --header`: any name except credential, hop-by-hop, Host, User-Agent and X-HeyGen-* ones. Throws
/// Error{usage_error}, which never repeats the value.
net::Header parse_free_header(const std::string& text);

}  // namespace heygen::transport
