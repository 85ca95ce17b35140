// SPDX-License-Identifier: Apache-2.0
// The commands that a hint names, for the profile that was chosen with --profile.
#pragma once

#include "core/base/error.hpp"

namespace heygen::host {

class Services;

/// The error with --profile in the `heygen auth …` commands of its hint, where only that option chose the profile.
Error named(Error error, const Services& services);

}  // namespace heygen::host
