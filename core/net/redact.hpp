// SPDX-License-Identifier: Apache-2.0
// Makes what goes into traces fit to be read by others.
#pragma once

#include <string>
#include <string_view>

#include "core/net/http.hpp"

namespace heygen::net {

/// The header's value without its secret: "***" for credential and cookie headers (an authentication scheme stays:
/// "Bearer ***"), URLs without their secrets, anything else as it is.
std::string redact_header(std::string_view name, std::string_view value);
/// Each header likewise; one that is marked secret in any case. Of one that is typed, what could be a key is cut.
Headers redact_headers(const Headers& headers);

/// An application/x-www-form-urlencoded text (a form or a URL's query) whose secret parameters read "***".
std::string redact_form(std::string_view form);

/// By its name: a form field, a URL's parameter or a JSON member that contains a secret.
bool is_secret_name(std::string_view name);

/// Text of the user's own, each word of it cut as shown_word() cuts what could be a key in the wrong place.
std::string shown_text(std::string_view text);
/// Likewise the name of a header or a parameter.
std::string shown_parameter(std::string_view name);
/// redact_url() of one whose query is the user's own.
std::string redact_typed_url(std::string_view url);

/// A URL that is wrong, as an error may repeat it: redact_url(), and each part of it cut as shown_word() cuts what
/// could be a key in the wrong place.
std::string shown_url(std::string_view url);

/// A URL or request target: userinfo gone, query and fragment as redact_form() has them.
std::string redact_url(std::string_view url);

}  // namespace heygen::net
