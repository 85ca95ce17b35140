// SPDX-License-Identifier: Apache-2.0
// An http or https URL, split into what a connection and a request line need.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace heygen::net {

/// Absolute. `target` is path and query, at least "/"; user information and fragments are refused.
struct Url {
  std::string scheme;  ///< "http" or "https"
  std::string host;    ///< lower case; IPv6 without brackets and zone
  std::string zone;    ///< of a link-local IPv6 address, such as "eth0"; no server is told (RFC 6874 §1)
  std::uint16_t port = 0;
  std::string target;

  /// Throws std::invalid_argument, whose text is a sentence for the user.
  static Url parse(std::string_view text);
  std::string origin() const;  ///< "https://host", or with ":port" unless it is the scheme's own
  std::string text() const;    ///< origin() + target
  bool same_origin(const Url& other) const;
  bool is_loopback() const;    ///< 127.0.0.0/8, ::1 or localhost, judged by the name only
  bool is_link_local() const;  ///< 169.254.0.0/16 (RFC 3927) or fe80::/10 (RFC 4291 §2.5.6)
};

}  // namespace heygen::net
