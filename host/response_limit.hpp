// SPDX-License-Identifier: Apache-2.0
// How much of a response may be held in memory: the setting response.limit.
#pragma once

#include <cstddef>
#include <string>

#include "core/base/environment.hpp"
#include "core/config/config.hpp"

namespace heygen::host {

/// Bytes, from HEYGEN_RESPONSE_LIMIT, else response.limit in config.toml (both in MiB), else 256 MiB. Throws
/// Error{usage_error} for a value that is not a whole number from 1 to 65536.
std::size_t response_limit(const config::Config& config, const Environment& environment);

/// Throws as response_limit() does; `name` is the setting or the variable.
std::size_t parse_response_limit(const std::string& name, const std::string& value);

config::DeclaredKey response_limit_key();

}  // namespace heygen::host
