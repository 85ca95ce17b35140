// SPDX-License-Identifier: Apache-2.0
// What the process of an isolated provider says about the library that it loaded.
#pragma once

#include <string>

#include "core/provider/manifest.hpp"
#include "core/provider/wire/frame.hpp"

namespace heygen::provider {

/// Of a frame of Kind::described; all but `library`. Throws Refusal: why the library cannot be used, or that the frame
/// is malformed.
Manifest read_described(wire::Reader fields);

}  // namespace heygen::provider
