// SPDX-License-Identifier: Apache-2.0
// One function of a provider, run through the host's side of the interface.
#pragma once

#include <heygen/provider.h>

#include <functional>

#include "core/provider/call/host_call.hpp"

namespace heygen::provider {

/// Runs `function` (resolve, refresh, login, revoke or report_outcome) with a call that the caller has made. An
/// exception that leaves a C function ends the process here, with the breadcrumb still set. A missing report_outcome is
/// OK.
heygen_status invoke(const heygen_provider_1& api, Function function, const heygen_call* call,
                     const heygen_outcome* outcome) noexcept;

/// What stands for the provider's function: gives its status.
using RunFunction = std::function<heygen_status(HostCall& host)>;

/// A complete call of whatever runs the function: builds it, leaves a breadcrumb, and judges the result. Calls are
/// serialized over all providers.
ProviderResult call_provider(const RunFunction& run, Timed timed, const CallContext& context, Function function,
                             const ProviderRequest& request);

/// A complete call: builds it, leaves a breadcrumb, runs the function and judges the result. Calls are serialized over
/// all providers. `outcome` is for report_outcome.
ProviderResult call_provider(const heygen_provider_1& api, const CallContext& context, Function function,
                             const ProviderRequest& request, const heygen_outcome* outcome = nullptr);

}  // namespace heygen::provider
