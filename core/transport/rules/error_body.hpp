// SPDX-License-Identifier: Apache-2.0
// What an error response says: the API's own error object, or whatever a gateway or another service sent in its place.
#pragma once

#include <string>
#include <string_view>

#include "core/net/http.hpp"

namespace heygen::transport {

struct ErrorBody {
  std::string code, message, param, doc_url, request_id;  ///< of the API's error object; each may be ""
  /// What else was said, on one line and at most some hundred bytes; "" when nothing was. Unlike `message` it does not
  /// say who spoke, and about what.
  std::string said;
};

/// `body` may be cut short. A refusal of the credential (is_refusal_code) is found in any shape.
ErrorBody read_error(const net::Headers& headers, const std::string& body);

/// `invalid_token` or `insufficient_scope` (RFC 6750 §3.1).
bool is_refusal_code(std::string_view code);

/// What came instead of JSON ("HTML"); "" when that cannot be told. `start` is how it begins.
std::string_view foreign_kind(const net::Headers& headers, std::string_view start);

}  // namespace heygen::transport
