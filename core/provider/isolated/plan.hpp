// SPDX-License-Identifier: Apache-2.0
// What the process of an isolated provider may do: what its manifest says that it needs.
#pragma once

#include "core/provider/isolated/child.hpp"
#include "core/provider/isolated/isolated_provider.hpp"

namespace heygen::provider {

ChildPlan plan_of(const IsolatedLibrary& library, const Manifest& manifest, const Services& services);

}  // namespace heygen::provider
