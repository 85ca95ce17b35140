// SPDX-License-Identifier: Apache-2.0
// Whether a provider runs in this process or in one of its own, and which rule decides that.
#pragma once

#include <string>
#include <vector>

#include "core/provider/policy/policy.hpp"

namespace heygen::provider {

enum class Isolation : unsigned char { in_process, process };
/// As printed: "in process" or "isolated".
const char* name_of(Isolation isolation);

/// What the user decided. It isolates more than the default, and never less.
struct IsolationSettings {
  bool all = false;              ///< provider.isolation = "process"
  std::vector<std::string> ids;  ///< provider.isolated.ID = true
};

struct IsolationRuling {
  Isolation isolation = Isolation::in_process;
  std::string rule;  ///< a noun phrase: "the installation's directory", "the policy FILE, line N (KEY)"
};

/// For a provider that was found in a directory of that origin. The policy's pin counts only for bytes that match it,
/// which loading checks.
IsolationRuling isolation_of(const Policy& policy, const IsolationSettings& settings, const std::string& id,
                             Origin origin);

}  // namespace heygen::provider
