// SPDX-License-Identifier: Apache-2.0
// The Http that talks to the network.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/net/connect/proxy.hpp"
#include "core/net/http.hpp"

namespace heygen {
class Clock;
class Environment;
}  // namespace heygen

namespace heygen::net {

/// Proxies from https_proxy, http_proxy, all_proxy, no_proxy (either case, lower case first, as in curl; under CGI
/// only http_proxy in lower case counts, as HTTP_PROXY is a request's "Proxy" header there), CAs from SSL_CERT_FILE and
/// SSL_CERT_DIR, else the system's, and in addition from HEYGEN_EXTRA_CA_CERTS; all DNS addresses tried; connections
/// kept alive for the life of the object and reused for the same origin. `fixed_ca_file`, a PEM file, replaces all
/// those CAs, and `fixed_proxy` the variables.
std::unique_ptr<Http> make_http(const Environment& environment, Clock& clock, const std::string& fixed_ca_file = {},
                                const std::optional<FixedProxy>& fixed_proxy = {});

}  // namespace heygen::net
