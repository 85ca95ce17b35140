// SPDX-License-Identifier: Apache-2.0
// What the administrator's policy takes away from a command: its errors name the rule, before anything is sent.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/environment.hpp"
#include "core/base/error.hpp"
#include "core/net/connect/proxy.hpp"
#include "core/provider/policy/policy.hpp"
#include "core/provider/setting.hpp"

namespace heygen::config {
class Config;
}
namespace heygen::provider {
struct DiscoveredProvider;
}

namespace heygen::host {

/// Error{usage_error} with the rule, for what the policy does not permit. `what`: a clause in which "the policy RULE"
/// is the subject follows a comma or colon, without a full stop.
Error policy_refusal(const std::string& what, const std::string& rule, const std::string& hint = {});

/// The variables, but for those to which the policy gives no effect.
class PermittedEnvironment : public Environment {
 public:
  /// Both outlive it.
  PermittedEnvironment(const Environment& all, const provider::Policy& policy) : all_(all), policy_(policy) {}
  std::optional<std::string> get(std::string_view name) const override;

 private:
  const Environment& all_;
  const provider::Policy& policy_;
};

/// Empty where the policy does not say.
std::optional<net::FixedProxy> fixed_proxy(const provider::Policy& policy);
/// The policy outlives it. Empty where it fixes no setting.
provider::FixedSetting fixed_settings(const provider::Policy& policy);
/// Why a provider may not send to a host, a clause; or "". The policy outlives it. Empty where all hosts are permitted.
std::function<std::string(const std::string& id, const std::string& host)> forbidden_hosts(
    const provider::Policy& policy);
/// "the policy RULE" that forbids http, or "".
std::string http_rule(const provider::Policy& policy);

/// Throws policy_refusal() for a command that is forbidden.
void require_permitted_command(const provider::Policy& policy, const std::vector<std::string>& words);
/// Likewise for an API URL over http, and for a variable that names a proxy which may not be used for it.
void require_permitted_network(const provider::Policy& policy, const Environment& environment, const std::string& base);
/// Throws policy_refusal() for a variable or a setting that contradicts a fixed one, and Error{error} when the policy
/// fixes what an installed provider does not declare, or cannot have.
void require_permitted_settings(const provider::Policy& policy, const std::vector<provider::DiscoveredProvider>& found,
                                const Environment& environment, const config::Config& config);

/// What the policy fixes of a setting of config.toml: the value, and the rule.
struct FixedKey {
  std::string value, rule;
};
std::optional<FixedKey> fixed_key(const provider::Policy& policy, const std::string& key);

/// Why the policy fixes a setting that an installed provider does not declare, or cannot have: a sentence; or "".
std::string fault_of_fixed_settings(const provider::Policy& policy,
                                    const std::vector<provider::DiscoveredProvider>& found);

}  // namespace heygen::host
