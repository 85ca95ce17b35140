// SPDX-License-Identifier: Apache-2.0
// Landlock by best effort: each right that this kernel can take away is taken, whatever its version.
#pragma once

#include "runner/cage/cage.hpp"

namespace heygen::cage {

/// The version of the kernel's interface, or 0. Versions above 7 are used as 7.
int landlock_version();

/// 0, or an error number. Paths that are not there are skipped.
int enter_landlock(const Plan& plan, int version);

}  // namespace heygen::cage
