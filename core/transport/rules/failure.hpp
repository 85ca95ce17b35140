// SPDX-License-Identifier: Apache-2.0
// Failures of the network as the program's Error.
#pragma once

#include <string_view>

#include "core/base/error.hpp"
#include "core/net/http.hpp"

namespace heygen::transport {

/// The hint is never empty, except for a cancellation.
Error error_of_failure(const net::Failure& failure);

/// Of a request that changes something (`look`: the command that shows whether it did, or ""; `key`: with which it can
/// be repeated, or ""): makes the error say that it is not known whether it was carried out.
void say_that_it_may_have_taken_effect(Error& error, std::string_view look, std::string_view key = {});

}  // namespace heygen::transport
