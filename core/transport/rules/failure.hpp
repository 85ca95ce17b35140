// SPDX-License-Identifier: Apache-2.0
// Failures of the network as the program's Error.
#pragma once

#include "core/base/error.hpp"
#include "core/net/http.hpp"

namespace heygen::transport {

/// `repeatable`: sending the request again does no harm. The hint is never empty, except for a cancellation.
Error error_of_failure(const net::Failure& failure, bool repeatable);

}  // namespace heygen::transport
