// SPDX-License-Identifier: Apache-2.0
// The SDK's words for JSON documents, as the sandbox's own.
#pragma once

#include "sdk/json/json.hpp"

namespace heygen::sandbox {
using namespace sdk;
}  // namespace heygen::sandbox
