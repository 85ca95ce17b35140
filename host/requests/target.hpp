// SPDX-License-Identifier: Apache-2.0
// Where `heygen api` sends to: checked so that a credential can only go to the API.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace heygen::host::requests {

struct Target {
  std::string method;                                      ///< upper case
  std::string path;                                        ///< "/v3/…", without query, relative to the base
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded
};

/// `where` is a path from its first slash on, or a URL below `base`; it may carry a query. Bytes beyond ASCII are
/// escaped. Throws Error{usage_error}.
Target parse_target(const std::string& method, const std::string& where, const std::string& base);

/// "name=value". Throws Error{usage_error}.
std::pair<std::string, std::string> parse_query_option(const std::string& text);

}  // namespace heygen::host::requests
