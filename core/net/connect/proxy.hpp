// SPDX-License-Identifier: Apache-2.0
// Which proxy, if any, a request goes through: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/secret.hpp"
#include "core/net/http.hpp"

namespace heygen {
class Environment;
}

namespace heygen::net {

struct Proxy {
  std::string host;
  std::uint16_t port = 0;
  Secret authorization;  ///< value of Proxy-Authorization, or empty
  std::string variable;  ///< the environment variable that names it, or what fixes it
  bool fixed = false;    ///< by FixedProxy

  /// For messages: host, port and variable.
  std::string label() const;
  /// `usual`, unless the user cannot change the proxy.
  std::string hint(const std::string& usual) const;
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
  /// variable that applies names no http:// proxy.
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
