// SPDX-License-Identifier: Apache-2.0
// The secrets in a provider's state, or in the whole credentials file, for the rule that hides them wherever something
// is shown (core/base/known_secrets.hpp).
#pragma once

#include "core/json/value.hpp"

namespace heygen::provider {

/// Remembers each string in a member that is named like a secret, at any depth.
void remember_secrets(const json::Value& state);

}  // namespace heygen::provider
