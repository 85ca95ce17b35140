// SPDX-License-Identifier: Apache-2.0
// One request, looked at step by step, to find out what is wrong on the way to a server.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/net/connect/proxy.hpp"
#include "core/net/http.hpp"

namespace heygen {
class Clock;
class Environment;
}  // namespace heygen

namespace heygen::net {

/// What a TLS handshake found. Names are as OpenSSL writes them (RFC 2253).
struct TlsFacts {
  std::string version;             ///< "TLSv1.3"
  std::vector<std::string> chain;  ///< subjects, the server's first, a trusted root last
  std::string issuer;              ///< of the server's certificate
  std::int64_t expires_at = 0;     ///< of the server's certificate, seconds since 1970
};

struct Probe {
  enum class Step : unsigned char { proxy, resolve, connect, tls, response, done };
  Step reached = Step::proxy;  ///< what failed, or `done`
  std::optional<Failure> failure;
  std::optional<Proxy> proxy;  ///< without its user name and password; empty: none
  std::string resolved_host;   ///< whose name was resolved here: the server's, or the proxy's
  std::vector<std::string> addresses;
  std::optional<TlsFacts> tls;  ///< of the server
  int status = 0;
  std::string date;                     ///< the response's Date, or ""
  std::chrono::milliseconds latency{};  ///< from the first byte of the request to the head of the response
};

/// GET of a URL without credentials, by the rules of make_http(), but on a connection of its own. A failure is part of
/// the result. `limit`: for the resolver, and again for the rest. Throws nothing but what memory throws.
Probe probe(const Url& url, const Environment& environment, const std::string& fixed_ca_file, Clock& clock,
            const Cancel& cancel, std::chrono::milliseconds limit);

}  // namespace heygen::net
