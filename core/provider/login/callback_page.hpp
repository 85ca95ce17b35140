// SPDX-License-Identifier: Apache-2.0
// The page that the user sees in the browser at the end of a login.
#pragma once

#include <string>
#include <string_view>

namespace heygen::provider {

/// A complete HTTP/1.1 response: 200 or 400, headers and page. Of the request it contains only `message`, as plain
/// text. The page loads nothing, and removes the code from the URL bar and the history (RFC 9700 §4.3.1).
std::string callback_response(bool success, std::string_view message);

/// A short plain-text response to a request that is not the redirect. `extra` is complete header lines.
std::string error_response(int status, std::string_view reason, std::string_view extra = {}, bool with_body = true);

}  // namespace heygen::provider
