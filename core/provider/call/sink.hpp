// SPDX-License-Identifier: Apache-2.0
// heygen_sink: copies what a provider answers and refuses what the header forbids.
#pragma once

#include <heygen/provider.h>

namespace heygen::provider {

const heygen_sink& sink();

}  // namespace heygen::provider
