// SPDX-License-Identifier: Apache-2.0
// A loaded library as a Provider.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/provider/call/host_call.hpp"
#include "core/provider/library/loader.hpp"
#include "core/provider/provider.hpp"

namespace heygen::provider {

/// `secret_variables` are kept out of the processes that the provider lets the host start. `find_service` is what the
/// provider's get_extension finds.
std::unique_ptr<Provider> make_provider(std::unique_ptr<Library> library, Manifest manifest, Services services,
                                        SecretVariables secret_variables, FindService find_service);

}  // namespace heygen::provider
