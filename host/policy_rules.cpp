// SPDX-License-Identifier: Apache-2.0
#include "host/policy_rules.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "core/config/config.hpp"
#include "core/net/redact.hpp"
#include "core/net/url.hpp"
#include "core/provider/discovery/registry.hpp"
#include "core/store/reserved_slots.hpp"

namespace heygen::host {

namespace {

constexpr std::string_view kSettings = "providers.settings.";

std::string setting_rule(const provider::Policy& policy, const std::string& section, const std::string& key) {
  return policy.rule(std::string(kSettings) + section + "." + key);
}

/// Why a provider cannot have the value, a clause; or "".
std::string fault_of_value(const provider::Setting& setting, const std::string& value) {
  if (value.empty()) return {};
  try {
    static_cast<void>(config::checked_text(
        {.key = setting.key, .type = name_of(setting.type), .env = {}, .fallback = {}, .doc = {}}, value));
    return {};
  } catch (const Error& error) {
    std::string why = error.hint;  // "It takes …."
    if (why.ends_with('.')) why.pop_back();
    return why.starts_with("It takes ") ? "must be " + why.substr(std::string_view("It takes ").size()) : why;
  }
}

}  // namespace

Error policy_refusal(const std::string& what, const std::string& rule, const std::string& hint) {
  Error error = usage_error(
      what + ".", hint.empty() ? "`heygen policy show` shows what the administrator of this machine permits." : hint);
  error.rule = rule;
  return error;
}

std::optional<std::string> PermittedEnvironment::get(std::string_view name) const {
  if (!policy_.allow_http && name == "HEYGEN_ALLOW_HTTP") return {};
  return all_.get(name);
}

std::optional<net::FixedProxy> fixed_proxy(const provider::Policy& policy) {
  if (!policy.proxy) return {};
  return net::FixedProxy{*policy.proxy, "the policy " + policy.rule("network.proxy")};
}

provider::FixedSetting fixed_settings(const provider::Policy& policy) {
  if (policy.settings.empty()) return {};
  return [&policy](const std::string& section, const std::string& key) -> std::optional<provider::SettingValue> {
    const std::string* value = provider::fixed_setting(policy, section, key);
    if (value == nullptr) return {};
    return provider::SettingValue{*value, "the policy " + setting_rule(policy, section, key)};
  };
}

std::function<std::string(const std::string& id, const std::string& host)> forbidden_hosts(
    const provider::Policy& policy) {
  if (policy.hosts.empty()) return {};
  return [&policy](const std::string& id, const std::string& host) { return may_reach(policy, id, host).why; };
}

std::string http_rule(const provider::Policy& policy) {
  return policy.allow_http ? std::string{} : "the policy " + policy.rule("network.allow_http");
}

void require_permitted_command(const provider::Policy& policy, const std::vector<std::string>& words) {
  const provider::Ruling ruling = provider::may_run(policy, words);
  if (!ruling.permitted)
    throw policy_refusal("`heygen " + join(words, " ") + "` is not permitted: " + ruling.why, ruling.rule);
}

void require_permitted_network(const provider::Policy& policy, const Environment& environment,
                               const std::string& base) {
  std::optional<net::Url> url;
  try {
    url = net::Url::parse(base);
  } catch (const std::invalid_argument&) {
    return;  // its own error says what is wrong with it
  }
  if (!policy.allow_http && url->scheme == "http") {
    const std::string rule = policy.rule("network.allow_http");
    throw policy_refusal("The API address " + url->origin() + " is not encrypted: the policy " + rule + " forbids http",
                         rule, "Use https in HEYGEN_API_BASE, or unset it.");
  }
  if (!policy.proxy) return;
  const std::optional<net::Proxy> named = net::ProxyRules(environment).find(*url);
  if (!named) return;
  const std::optional<net::Proxy> fixed = net::ProxyRules(environment, fixed_proxy(policy)).find(*url);
  if (fixed && fixed->host == named->host && fixed->port == named->port && named->authorization.empty()) return;
  const std::string rule = policy.rule("network.proxy");
  throw policy_refusal(named->variable + " names a proxy, but the policy " + rule +
                           (policy.proxy->empty() ? " forbids proxies" : " fixes the proxy to " + *policy.proxy),
                       rule, "Unset " + named->variable + ".");
}

std::string fault_of_fixed_settings(const provider::Policy& policy,
                                    const std::vector<provider::DiscoveredProvider>& found) {
  for (const provider::DiscoveredProvider& one : found) {
    const auto fixed = policy.settings.find(one.id);
    if (fixed == policy.settings.end() || !one.is_usable()) continue;
    for (const auto& [key, value] : fixed->second) {
      const auto setting = std::ranges::find(one.manifest.settings, key, &provider::Setting::key);
      const std::string rule = setting_rule(policy, one.id, key);
      if (setting == one.manifest.settings.end())
        return "The policy " + rule + " fixes `" + printable(key) + "`, which provider `" + one.id +
               "` does not declare.";
      if (const std::string why = fault_of_value(*setting, value); !why.empty())
        return "The policy " + rule + " cannot be used: the value " + why + ".";
    }
  }
  return {};
}

void require_permitted_settings(const provider::Policy& policy, const std::vector<provider::DiscoveredProvider>& found,
                                const Environment& environment, const config::Config& config) {
  if (policy.settings.empty()) return;
  if (const std::string fault = fault_of_fixed_settings(policy, found); !fault.empty())
    throw Error(code::kError, fault,
                "The administrator of this machine must correct that; `heygen provider why ID` lists the settings of a "
                "provider.");
  const provider::FixedSetting fixed = fixed_settings(policy);
  const auto configured = [&](const std::string& section, const std::string& key) {
    return config.raw("providers." + section + "." + key);
  };
  for (const provider::DiscoveredProvider& one : found) {
    if (!one.is_usable()) continue;
    for (const provider::Setting& setting : one.manifest.settings)
      static_cast<void>(provider::find_setting(one.manifest, setting, environment, configured, {}, fixed));
  }
}

std::optional<FixedKey> fixed_key(const provider::Policy& policy, const std::string& key) {
  constexpr std::size_t kParts = 3;
  const std::vector<std::string> parts = split(key, '.');
  if (parts.size() != kParts) return {};
  const std::string &table = parts.at(0), &id = parts.at(1), &last = parts.at(2);
  if (table == "provider" && id == "runtime" && policy.runtimes) {
    const bool listed = std::ranges::count(*policy.runtimes, last) > 0;
    return FixedKey{listed ? "true" : "false", policy.rule("providers.runtimes")};
  }
  if (table != "providers") return {};
  for (const std::string& section : store::settings_sections_of(id)) {
    if (const std::string* value = provider::fixed_setting(policy, section, last))
      return FixedKey{*value, setting_rule(policy, section, last)};
  }
  return {};
}

}  // namespace heygen::host
