// SPDX-License-Identifier: Apache-2.0
#include "host/commands/config/settings.hpp"

#include <algorithm>
#include <utility>

#include "core/provider/discovery/registry.hpp"
#include "host/policy_rules.hpp"
#include "host/provider_settings.hpp"
#include "host/secrets.hpp"

namespace heygen::host::commands::config {

std::vector<heygen::config::DeclaredKey> declared_keys(Services& services) {
  return host::declared_keys(services.discovered());
}

void tell_faults(Services& services, const std::string& kept) {
  constexpr std::size_t kMostShown = 5;
  if (!kept.empty())
    services.terminal.notice("Note: config.toml could not be kept as it was; the file before this change is " + kept +
                             ".");
  std::vector<heygen::config::DeclaredKey> keys = declared_keys(services);
  const std::vector<heygen::config::DeclaredKey> own = own_keys();
  keys.insert(keys.end(), own.begin(), own.end());
  std::vector<std::string> faults = services.config().faults(keys);
  const std::size_t more = faults.size() - std::min(faults.size(), kMostShown);
  faults.resize(faults.size() - more);
  for (const std::string& fault : faults) services.terminal.notice("Warning: " + fault);
  if (more > 0) services.terminal.notice("Warning: " + std::to_string(more) + " more lines are not valid.");
}

heygen::config::Entry with_policy(Services& services, heygen::config::Entry entry) {
  if (const auto fixed = fixed_key(services.policy(), entry.key)) {
    entry.value = fixed->value;
    entry.source = "policy";
    entry.rule = fixed->rule;
  }
  return entry;
}

std::vector<heygen::config::Entry> with_policy(Services& services, std::vector<heygen::config::Entry> entries) {
  for (heygen::config::Entry& entry : entries) entry = with_policy(services, std::move(entry));
  for (const heygen::config::DeclaredKey& key : declared_keys(services)) {
    if (std::ranges::find(entries, key.key, &heygen::config::Entry::key) != entries.end()) continue;
    heygen::config::Entry entry = with_policy(services, {key.key, {}, {}});
    if (!entry.rule.empty()) entries.push_back(std::move(entry));
  }
  std::ranges::sort(entries, {}, &heygen::config::Entry::key);
  return entries;
}

void require_not_fixed(Services& services, const std::string& key, const std::string& value) {
  const auto fixed = fixed_key(services.policy(), key);
  if (!fixed || fixed->value == value) return;
  throw policy_refusal("\"" + key + "\" cannot be changed: the policy " + fixed->rule + " fixes it", fixed->rule);
}

json::Value document(const heygen::config::Entry& entry, bool with_source) {
  json::Value out = json::Object{{"key", entry.key}, {"value", entry.value}};
  if (with_source) out.set("source", entry.source);
  if (with_source && !entry.rule.empty()) out.set("rule", entry.rule);
  hide_secrets_in(out);
  return out;
}

Positional key_argument() {
  return {.name = "key", .doc = "A setting, e.g. output or providers.ID.NAME", .fill = Fill::setting};
}

}  // namespace heygen::host::commands::config
