// SPDX-License-Identifier: Apache-2.0
// Redirects: one rule for everything that follows them.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "core/net/http.hpp"

namespace heygen::transport {

inline constexpr int kMaxRedirects = 10;

/// The reference against the URL of the request (RFC 3986 §5.2), its fragment dropped. Percent escapes stay as they are
/// written, because signed URLs break otherwise. Throws std::invalid_argument as net::Url::parse does.
net::Url resolve_reference(const net::Url& base, std::string_view reference);

/// A redirect that must not be followed. what() continues a sentence about the server, without full stop.
class RefusedRedirect : public std::runtime_error {
 public:
  enum class Why : unsigned char { too_many, malformed, unencrypted, outside };
  RefusedRedirect(Why reason, const std::string& what) : std::runtime_error(what), why(reason) {}
  Why why;
};

/// Where the requests of one call go, as redirects lead on (RFC 9110 §15.4):
///   - GET and HEAD without a body follow 301, 302, 303, 307 and 308 with a Location, up to kMaxRedirects times;
///   - a redirect from https to http is refused;
///   - a redirect within the first origin that leaves the path `fence`, with dot segments or without, is refused;
///   - the requests that stay at the first origin are trusted. Once a redirect has led to another one, no request of
///     the call is, not even back at the first: it carries no credential, no X-HeyGen-* and no header of the user's.
class RedirectFollower {
 public:
  /// `fence`: the path of the API's base URL; "/" or "" is none.
  explicit RedirectFollower(net::Url start, std::string fence = {});

  const net::Url& url() const noexcept { return url_; }
  bool is_trusted() const noexcept { return trusted_; }

  /// Moves on to where the response of `request` leads. False: that response is the final one. Throws RefusedRedirect.
  bool follow(const net::Request& request, const net::Response& response);

 private:
  bool is_outside(const net::Url& url) const;

  net::Url start_;
  std::string fence_;
  net::Url url_;
  int followed_ = 0;
  bool trusted_ = true;
};

}  // namespace heygen::transport
