// SPDX-License-Identifier: Apache-2.0
// Which URLs are valid endpoints.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace heygen::plugins {

/// Why the URL is not a valid endpoint, as the end of a sentence ("has no host"); empty when it is. An endpoint is
/// https, or http when allowed, with a host, without a user name or fragment (RFC 6749 §3.1, §3.2).
std::optional<std::string> find_url_fault(std::string_view url, bool allow_http);

/// Adds form-encoded parameters; a query that the URL already has stays (RFC 6749 §3.1).
std::string with_query(std::string_view url, std::string_view parameters);

/// https, or http to 127.0.0.0/8, ::1 or localhost: not readable by others on a network.
bool is_confidential(std::string_view url);

/// "https://host:port", as written.
std::string origin_of(std::string_view url);

/// RFC 8414 §3.1: the well-known part goes between host and path.
std::string oauth_metadata_url(std::string_view issuer);
/// OpenID Connect Discovery 1.0 §4: it goes at the end.
std::string openid_metadata_url(std::string_view issuer);

}  // namespace heygen::plugins
