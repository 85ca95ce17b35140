// SPDX-License-Identifier: Apache-2.0
// JSON merge patches (RFC 7396) that add up.
#pragma once

#include "core/json/value.hpp"

namespace heygen::provider {

/// Makes `first` the patch that does what `first` and then `second` do to `target`. The target is needed for one case:
/// an object that is set after a null must not inherit the old members.
void compose_patch(json::Value& first, const json::Value& second, const json::Value* target);

}  // namespace heygen::provider
