// Where a Location header leads.
#pragma once

#include <string>
#include <string_view>

#include "core/net/http.hpp"

namespace heygen::transport {

/// A redirect that is followed for GET and HEAD (RFC 9110 §15.4).
bool is_redirect(int status);

/// The reference against the URL that was asked (RFC 3986 §5.2), its fragment dropped. Percent escapes stay as they
/// are written, since signed URLs break otherwise. Throws std::invalid_argument as net::Url::parse does.
net::Url resolve_reference(const net::Url& base, std::string_view reference);

}  // namespace heygen::transport
