// A loaded library as a Provider.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/provider/library/loader.hpp"
#include "core/provider/provider.hpp"

namespace heygen::provider {

/// `secret_variables` are kept out of the processes that the provider lets the host start.
std::unique_ptr<Provider> make_provider(std::unique_ptr<Library> library, Manifest manifest, Services services,
                                        std::vector<std::string> secret_variables);

}  // namespace heygen::provider
