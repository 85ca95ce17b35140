// SPDX-License-Identifier: Apache-2.0
// Error responses of the API as the program's Error.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/error.hpp"
#include "core/net/http.hpp"

namespace heygen::transport {

/// The Error that a response with an error status stands for: code, message and param as the API gives them, else by
/// the status with what was said instead; exit 3 for 401 and 403. `body` is what could be read of it.
Error error_of_response(int status, const net::Headers& headers, const std::string& body);

/// A success whose body is not JSON: Error{cli_response_parse_error} that names HTML and compressed data as such.
/// `start` is how the body begins, `why` what a JSON parser says of it.
Error unreadable_response(const net::Headers& headers, std::string_view start, const std::string& why);

/// `hint` with the command that lists the resources, "heygen video list", where error_of_response() could only say that
/// there may be one; "" when there is none.
std::string with_list_command(const std::string& hint, const std::string& list_command);

/// For a response of more than `limit` bytes. `is_setting`: the user can raise that limit.
Error too_large_error(std::size_t limit, bool is_setting);

/// The response refuses the credential itself, so that no request with it can work: a 401, or a 403 that says
/// `invalid_token` or `insufficient_scope` (RFC 6750 §3.1), in WWW-Authenticate or as the code of its error.
bool refuses_credential(int status, const net::Headers& headers, const std::string& error_code);

}  // namespace heygen::transport
