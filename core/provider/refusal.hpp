// SPDX-License-Identifier: Apache-2.0
// Why a provider is refused.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace heygen::provider {

/// "This provider is refused because …", and nothing else: running out of memory or a bug in heygen is never a Refusal.
/// what() is a clause without a full stop that names the file or member. Caught where a provider is examined or loaded;
/// it does not leave core/provider through ProviderRegistry.
class Refusal : public std::runtime_error {
 public:
  explicit Refusal(const std::string& reason, std::string command = {})
      : std::runtime_error(reason), fix(std::move(command)) {}

  std::string fix;  ///< a shell command that removes the reason, or ""
};

[[noreturn]] inline void refuse(const std::string& reason) {
  throw Refusal(reason);
}

}  // namespace heygen::provider
