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
  std::string variable;  ///< the environment variable that names it

  /// For messages: host, port and variable.
  std::string label() const;
};

class ProxyRules {
 public:
  explicit ProxyRules(const Environment& environment);

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
};

}  // namespace heygen::net
