// What an endpoint's URL may look like.
#pragma once

#include <string>
#include <string_view>

namespace heygen::plugins {

/// Why the URL cannot be an endpoint, as the end of a sentence ("has no host"); empty when it can. https, or http when
/// allowed; a host; no user name and no fragment (RFC 6749 §3.1, §3.2).
std::string url_fault(std::string_view url, bool allow_http);

/// Adds form-encoded parameters; a query that the URL already has stays (RFC 6749 §3.1).
std::string with_query(std::string_view url, std::string_view parameters);

/// "https://host:port", as written.
std::string origin_of(std::string_view url);

/// RFC 8414 §3.1: the well-known part goes between host and path.
std::string oauth_metadata_url(std::string_view issuer);
/// OpenID Connect Discovery 1.0 §4: it goes at the end.
std::string openid_metadata_url(std::string_view issuer);

}  // namespace heygen::plugins
