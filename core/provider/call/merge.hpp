// JSON merge patches (RFC 7396) that add up.
#pragma once

#include "core/json/value.hpp"

namespace heygen::provider {

/// Makes `first` the one patch that does what `first` and then `second` do to `target`. The target is needed for one
/// case: an object set anew after its place was nulled must not inherit what stood there.
void compose_patch(json::Value& first, const json::Value& second, const json::Value* target);

}  // namespace heygen::provider
