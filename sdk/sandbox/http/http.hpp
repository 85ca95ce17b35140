// SPDX-License-Identifier: Apache-2.0
// Requests and responses as plain values, so that everything above the sockets runs in a unit test.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sdk/sandbox/http/json.hpp"
#include "sdk/sandbox/http/spool.hpp"

namespace heygen::sandbox {

/// Thrown for a parameter that is refused with 400. param may be empty.
struct Invalid {
  std::string param;
  std::string message;
};

/// Decoded application/x-www-form-urlencoded pairs, in order. Their names are case-sensitive.
class Form {
 public:
  /// Throws Invalid for a broken percent-encoding, and for more than 100 fields.
  static Form decode(const std::string& text);

  /// The first value, or "": a parameter without a value counts as omitted (RFC 6749 §3.1).
  std::string get(std::string_view name) const;
  bool has(std::string_view name) const;
  /// The name of a parameter that came more than once, or "".
  std::string doubled() const;
  bool doubles(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& pairs() const { return pairs_; }

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

struct Request {
  std::string method;
  std::string path;                            ///< as sent, without the query
  std::string query;                           ///< as sent, without the '?'
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
  std::shared_ptr<const Spool> upload;  ///< the body, where App::is_upload says so; then `body` is empty
  bool body_too_large = false;          ///< the body went over the limit of its path and was thrown away

  std::string header(const std::string& lower_name) const;
  /// True when Content-Type, without its parameters, is `type`.
  bool is_of_type(std::string_view type) const;
};

/// A stretch of a file on disk.
struct Stretch {
  std::shared_ptr<const Spool> spool;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  Stretch file;  ///< instead of the body, when it has a spool
  /// Names and values of credentials in this response. The request log keeps their digests.
  std::vector<std::pair<std::string, std::string>> issued;
  std::string error;     ///< machine code, for the request log
  bool dropped = false;  ///< the connection ends without it

  Response& with(std::string name, std::string value);
};

Response json_response(int status, const Object& value);
/// {"error": {"code", "message", "param"?}}
Response api_error(int status, const std::string& code, const std::string& message, const std::string& param = {});
/// 405 with Allow (RFC 9110 §15.5.6)
Response method_not_allowed(const std::string& allowed);

}  // namespace heygen::sandbox
