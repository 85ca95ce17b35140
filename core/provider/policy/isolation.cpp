// SPDX-License-Identifier: Apache-2.0
#include "core/provider/policy/isolation.hpp"

#include <algorithm>
#include <array>

namespace heygen::provider {

const char* name_of(Isolation isolation) {
  constexpr std::array<const char*, 2> kNames{"in process", "isolated"};
  return kNames.at(static_cast<std::size_t>(isolation));
}

IsolationRuling isolation_of(const Policy& policy, const IsolationSettings& settings, const std::string& id,
                             Origin origin) {
  const Pin* pin = policy.pin_of(id);
  const bool let_in = pin != nullptr && pin->in_process;
  if (policy.isolate_all && !let_in) {
    return {Isolation::process, "the policy " + policy.rule("providers.isolation")};
  }
  if (settings.all) return {Isolation::process, "the setting provider.isolation"};
  if (std::ranges::count(settings.ids, id) != 0) {
    return {Isolation::process, "the setting provider.isolated." + id};
  }
  if (let_in) return {Isolation::in_process, "the policy " + policy.rule("pins." + id + ".in_process")};
  if (origin == Origin::system) return {Isolation::in_process, "the installation's directory"};
  return {Isolation::process, "a directory other than the installation's"};
}

}  // namespace heygen::provider
