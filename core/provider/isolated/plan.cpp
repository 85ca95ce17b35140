// SPDX-License-Identifier: Apache-2.0
#include "core/provider/isolated/plan.hpp"

namespace heygen::provider {

ChildPlan plan_of(const IsolatedLibrary& library, const Manifest&, const Services& services) {
  ChildPlan plan;
  plan.runner = library.runner;
  plan.library = library.library;
  plan.image = library.image;
  plan.host_version = services.host_version;
  plan.landlock = library.landlock;
  plan.seccomp = library.seccomp;
  return plan;
}

}  // namespace heygen::provider
