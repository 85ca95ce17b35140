// SPDX-License-Identifier: Apache-2.0
// The response of the API that tells whose a credential is.
#pragma once

#include <string>

#include "core/json/value.hpp"

namespace heygen::transport {

/// The body of a success of auth::who_am_i(): an object, or null where the API does not say. Its `data`, if present, is
/// an object or null. Throws json::ParseError for a body that is not JSON, and Error{cli_response_parse_error} for an
/// empty one and for JSON that cannot be the API's: another shape, or an error with the status of a success.
json::Value read_account(const std::string& body);

}  // namespace heygen::transport
