// SPDX-License-Identifier: Apache-2.0
// A connected stream to an origin: directly or through a proxy, plain or TLS.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/fd.hpp"
#include "core/net/connect/proxy.hpp"
#include "core/net/connect/resolve.hpp"
#include "core/net/stream/connection.hpp"
#include "core/net/tls/tls.hpp"

namespace heygen::net {

/// A path that sockaddr_un can hold.
bool is_socket_path(std::string_view path);

/// The first address that accepts; each further one starts when one has failed or after a head start (RFC 8305 §5).
/// `peer` names them in messages. Throws Failure (connect, timeout, canceled).
UniqueFd connect_any(const Addresses& addresses, const std::string& peer, ExchangeDeadline& deadline);

/// Everything before the first byte of the request, within the connect limit. Throws Failure.
std::unique_ptr<Connection> open_connection(const Request& request, const std::optional<Proxy>& proxy, Tls& tls,
                                            ExchangeDeadline& deadline);

/// The failure that a 407 response stands for.
Failure proxy_refused_login(const Proxy& proxy, const Headers& headers, const ExchangeDeadline& deadline);

}  // namespace heygen::net
