// SPDX-License-Identifier: Apache-2.0
// What the process of an isolated provider may do: what its manifest says that it needs.
#pragma once

#include "core/provider/isolated/process/child.hpp"
#include "core/provider/isolated/process/isolated_provider.hpp"
#include "core/provider/setting.hpp"

namespace heygen::provider {

/// With the values of settings as they are now; `given` are those of a login. Throws Error for a config.toml that
/// cannot be used.
ChildPlan plan_of(const IsolatedLibrary& library, const Manifest& manifest, const Services& services,
                  const GivenSettings& given);

}  // namespace heygen::provider
