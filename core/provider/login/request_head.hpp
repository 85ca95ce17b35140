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
  std::string path;   ///< as it came, without the query
  std::string query;  ///< as it came
  std::vector<std::string> hosts;
};

/// Where the head ends, past its empty line; npos while that has not come.
std::size_t end_of_head(std::string_view bytes);
/// Empty when it is no HTTP/1 request.
std::optional<RequestHead> parse_head(std::string_view head);

/// application/x-www-form-urlencoded, in order. Empty when an escape or the UTF-8 is broken.
std::optional<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query);

}  // namespace heygen::provider
