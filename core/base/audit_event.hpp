// SPDX-License-Identifier: Apache-2.0
// What the administrator's log records about credentials (docs/policy.md). It never holds a secret.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace heygen {

struct AuditEvent {
  std::string event;       ///< "load", "use", "refresh", "login", "logout" or "refusal"
  std::string outcome;     ///< "ok", "failed" or "refused"
  std::string provider{};  ///< its ID, or ""
  std::vector<std::pair<std::string, std::string>> details{};  ///< "rule", "reason" and the like, in order
};

/// May throw Error where nothing may happen that cannot be recorded. Empty: nothing is recorded.
using Audit = std::function<void(const AuditEvent&)>;

}  // namespace heygen
