// SPDX-License-Identifier: Apache-2.0
// Where the HTTP requests of a provider may go: the hosts that it declared, if it declared any or is isolated. The
// host of the API is always among them. The host and port of a URL are judged, in a setting and in a request.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/json/value.hpp"
#include "core/provider/call/host_call.hpp"

namespace heygen::net {
struct Url;
}

namespace heygen::provider {

struct HostFault {
  std::string message, hint;
};

/// Why a request may not go there, if it may not. `socket` is the path of the Unix domain socket in the URL's place, or
/// "". Throws Error for a config.toml that cannot be used.
std::optional<HostFault> find_host_fault(const HostCall& host, const net::Url& url, const std::string& socket);

/// Likewise, but judged for an isolated provider.
std::optional<HostFault> find_undeclared_host(const HostCall& host, const net::Url& url, const std::string& socket);

/// Permits, for the rest of this call, the hosts that the metadata of a declared issuer names (RFC 8414 §2: members
/// `…_endpoint`). Any other response permits nothing.
void learn_hosts(HostCall& host, const net::Url& url, int status, std::string_view body);

/// The first member of a change to the state from which later calls would get a host that this call may not reach; ""
/// when there is none. So a provider cannot permit a host to itself.
std::string find_state_fault(const HostCall& host, const json::Value& change);

}  // namespace heygen::provider
