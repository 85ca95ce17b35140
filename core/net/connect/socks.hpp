// SPDX-License-Identifier: Apache-2.0
// The handshake with a SOCKS5 proxy (RFC 1928), with a user name and a password where it asks for them (RFC 1929).
#pragma once

#include <Poco/Net/SocketAddress.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "core/net/connect/proxy.hpp"
#include "core/net/stream/connection.hpp"

namespace heygen::net {

/// Where the proxy connects to: an address, or a name of at most 255 bytes that the proxy resolves.
struct SocksTarget {
  std::variant<Poco::Net::SocketAddress, std::string> place;
  std::uint16_t port = 0;
};

/// The request to connect (RFC 1928 §4). Throws std::length_error for a longer name.
std::string format_socks_connect(const SocksTarget& target);

/// Size of the response at the start of `input`; 0 while it is incomplete, and for a kind of address that does not
/// exist.
std::size_t socks_response_size(std::string_view input);

/// The proxy could not connect; another address of the same host may do.
class SocksRefusal : public Failure {
 public:
  using Failure::Failure;
};

/// What the connection carries afterwards is the target's. Throws SocksRefusal, and Failure (proxy, timeout, canceled).
void connect_through_socks(Connection& connection, const Proxy& proxy, const SocksTarget& target,
                           const std::string& target_name, ExchangeDeadline& deadline);

}  // namespace heygen::net
