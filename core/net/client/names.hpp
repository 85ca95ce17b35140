// SPDX-License-Identifier: Apache-2.0
// How messages name the other end.
#pragma once

#include <optional>
#include <string>

#include "core/net/connect/proxy.hpp"

namespace heygen::net {

/// "host:port", with the proxy that leads there.
std::string peer_name(const Url& url, const std::optional<Proxy>& proxy);

}  // namespace heygen::net
