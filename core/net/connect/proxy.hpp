// SPDX-License-Identifier: Apache-2.0
// Which proxy, if any, a request goes through: https_proxy, http_proxy, all_proxy and no_proxy, in either case.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/secret.hpp"
#include "core/net/http.hpp"

namespace heygen {
class Environment;
}

namespace heygen::net {

struct Proxy {
  enum class Kind : unsigned char {
    http,
    https,    ///< HTTP within TLS
    socks5,   ///< RFC 1928; names are resolved here
    socks5h,  ///< RFC 1928; the proxy resolves names
  };
  Kind kind = Kind::http;
  std::string host;
  std::uint16_t port = 0;
  Secret authorization;   ///< of http and https: value of Proxy-Authorization, or empty
  Secret user, password;  ///< of SOCKS (RFC 1929): without a user there is no login
  std::string variable;   ///< the environment variable that names it, or what fixes it
  bool fixed = false;     ///< by FixedProxy

  bool is_socks() const { return kind == Kind::socks5 || kind == Kind::socks5h; }
  /// "socks5h", as it is written before "://".
  std::string_view scheme() const;
  /// For messages: host, port and variable.
  std::string label() const;
  /// `usual`, unless the user cannot change the proxy.
  std::string hint(const std::string& usual) const;
  /// How the variable is written with a user name and a password, for hints.
  std::string example() const;
};

/// In place of all variables, NO_PROXY included: one proxy, or none ("").
struct FixedProxy {
  std::string url;
  std::string source;  ///< for messages: "the policy …"
};

class ProxyRules {
 public:
  explicit ProxyRules(const Environment& environment, const std::optional<FixedProxy>& fixed = {});

  /// Empty: connect directly. Loopback and link-local hosts never go through a proxy. Throws Failure{proxy} when the
  /// variable that applies names no proxy of these kinds.
  std::optional<Proxy> find(const Url& url) const;

 private:
  struct Setting {
    std::string variable;
    Secret value;
  };
  bool bypasses(const Url& url) const;

  Setting for_https_;
  Setting for_http_;
  std::vector<std::string> exempt_;
  bool is_fixed_ = false;
};

}  // namespace heygen::net
