// SPDX-License-Identifier: Apache-2.0
// The head of an HTTP/1.1 request, as far as the redirect listener needs it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heygen::provider {

struct RequestHead {
  std::string method;
  std::string path;   ///< undecoded, without the query
  std::string query;  ///< undecoded
  std::vector<std::string> hosts;
  std::string content_type, content_length;  ///< "" when absent
  bool is_coded = false;                     ///< Transfer-Encoding: the body comes in chunks
};

/// The offset past the head's empty line; npos while that has not been received.
std::size_t end_of_head(std::string_view bytes);
/// Empty when `head` is not a valid HTTP/1 request.
std::optional<RequestHead> parse_head(std::string_view head);

/// Decodes application/x-www-form-urlencoded, in order. Empty when an escape or the UTF-8 is invalid.
std::optional<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query);

}  // namespace heygen::provider
