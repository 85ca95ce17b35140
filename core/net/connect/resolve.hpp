// SPDX-License-Identifier: Apache-2.0
// Host names to addresses.
#pragma once

#include <Poco/Net/SocketAddress.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/net/stream/deadline.hpp"

namespace heygen::net {

using Addresses = std::vector<Poco::Net::SocketAddress>;

/// All addresses of a name, or the one that `host` spells, in the order to try them. Throws Failure (resolve, timeout,
/// canceled).
Addresses resolve(const std::string& host, std::uint16_t port, ExchangeDeadline& deadline);

/// Alternates the address families, the first one's leading (RFC 8305 §4).
Addresses interleave(const Addresses& addresses);

}  // namespace heygen::net
