// SPDX-License-Identifier: Apache-2.0
// Error responses of the API as the program's Error.
#pragma once

#include <string>

#include "core/base/error.hpp"
#include "core/net/http.hpp"

namespace heygen::transport {

/// The Error that a response with an error status stands for: code, message and param as the API gives them, else by
/// the status; exit 3 for 401 and 403. `body` is what could be read of it.
Error error_of_response(int status, const net::Headers& headers, const std::string& body);

}  // namespace heygen::transport
