// The page that a person sees in the browser at the end of a login.
#pragma once

#include <string>
#include <string_view>

namespace heygen::provider {

/// A whole HTTP/1.1 reply: 200 or 400, headers and page. Nothing of the request is in it but `message`, as plain text;
/// it loads nothing, and takes the code out of the address bar and the history (RFC 9700 §4.3.1).
std::string callback_reply(bool success, std::string_view message);

/// A short plain-text reply for a request that is not the awaited one. `extra` holds whole header lines.
std::string refusal_reply(int status, std::string_view reason, std::string_view extra = {}, bool with_body = true);

}  // namespace heygen::provider
