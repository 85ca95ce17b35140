// SPDX-License-Identifier: Apache-2.0
// Which text HTTP and the provider interface allow where.
#pragma once

#include <string_view>

namespace heygen::provider {

/// A token (RFC 9110 §5.6.2) of at most 128 characters.
bool is_header_name(std::string_view name);
/// No control character but a tab (RFC 9110 §5.5).
bool is_header_value(std::string_view value);
/// Host, Content-Length and the hop-by-hop fields (RFC 9110 §7.6.1), which HTTP itself sets. In lower case.
bool is_framing_header(std::string_view lower_name);

/// Of a cache entry or a key: [a-z0-9][a-z0-9._-]{0,63}.
bool is_entry_name(std::string_view name);

/// UTF-8 by RFC 3629.
bool is_utf8(std::string_view text);

}  // namespace heygen::provider
