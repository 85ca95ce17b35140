// SPDX-License-Identifier: Apache-2.0
#include "host/commands/policy/describe.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"

namespace heygen::host::commands::policy {

using heygen::provider::Policy;
using heygen::provider::SignaturesOf;
using heygen::provider::Trust;

namespace {

json::Array strings(const std::vector<std::string>& list) {
  return {list.begin(), list.end()};
}

json::Array digests(const std::vector<std::string>& list) {
  json::Array out;
  for (const std::string& digest : list) out.emplace_back("sha256:" + digest);
  return out;
}

json::Value providers_of(const Policy& policy) {
  json::Value out = json::Object{};
  out.set("mode", policy.listed_only ? "allow" : "open");
  if (policy.listed_only) out.set("allow", strings(policy.allow));
  out.set("user_directories", policy.user_directories);
  if (policy.logins) out.set("logins", strings(*policy.logins));
  if (policy.runtimes) out.set("runtimes", strings(*policy.runtimes));
  return out;
}

json::Value trust_of(const Trust& trust) {
  json::Array keys;
  for (const auto& key : trust.keys) {
    json::Value row = json::Object{{"key", key.text()}, {"id", heygen::provider::key_id_text(key.id)}};
    if (!key.name.empty()) row.set("name", key.name);
    keys.push_back(std::move(row));
  }
  json::Value out = json::Object{};
  out.set("keys", std::move(keys));
  if (trust.required_of == SignaturesOf::all)
    out.set("require_signature", name_of(trust.required_of));
  else
    out.set("require_signature", trust.required_of != SignaturesOf::none);
  return out;
}

std::string trust_text(const Trust& trust) {
  std::string out;
  for (const auto& key : trust.keys) out += "Trusted signatures: " + key.shown() + "\n";
  if (trust.required_of == SignaturesOf::others)
    out += "Signature required: of each provider outside the installation's own directory\n";
  if (trust.required_of == SignaturesOf::all) out += "Signature required: of each provider\n";
  return out;
}

}  // namespace

json::Value document(const Policy& policy) {
  json::Value out = json::Object{};
  out.set("in_force", policy.in_effect() && policy.path == heygen::provider::policy_path());
  out.set("path", (policy.in_effect() ? policy.path : heygen::provider::policy_path()).string());
  if (!policy.in_effect()) return out;
  out.set("providers", providers_of(policy));
  json::Value pins = json::Object{};
  for (const auto& [id, pin] : policy.pins)
    pins.set(id, json::Object{{"library", digests(pin.library)}, {"manifest", digests(pin.manifest)}});
  out.set("pins", std::move(pins));
  if (!policy.trust.keys.empty()) out.set("trust", trust_of(policy.trust));
  if (!policy.api_base.empty()) out.set("api", json::Object{{"base", policy.api_base}});
  if (!policy.ca_file.empty()) out.set("tls", json::Object{{"ca_file", policy.ca_file}});
  out.set("audit", policy.audit ? "syslog" : "none");
  return out;
}

std::string text_of(const Policy& policy) {
  const auto fixed = [](const std::string& value) { return value.empty() ? "not fixed" : value; };
  std::string out = policy.listed_only ? fmt::format("Providers that may load: {}\n", fmt::join(policy.allow, ", "))
                                       : "Any provider may load.\n";
  out += fmt::format("Providers in directories of the user: {}\n",
                     policy.user_directories ? "permitted" : "not permitted");
  if (policy.logins)
    out += fmt::format("Logins offered: {}\n", policy.logins->empty() ? "none" : join(*policy.logins, ", "));
  if (policy.runtimes)
    out += fmt::format("Language runtimes that may load: {}\n",
                       policy.runtimes->empty() ? "none" : join(*policy.runtimes, ", "));
  for (const auto& [id, pin] : policy.pins)
    out += fmt::format("Pinned: {} ({} library, {} manifest)\n", id, pin.library.size(), pin.manifest.size());
  out += trust_text(policy.trust);
  return out + fmt::format("API URL: {}\nCA certificates: {}\nLoads are logged to: {}\n", fixed(policy.api_base),
                           fixed(policy.ca_file), policy.audit ? "syslog" : "nowhere");
}

}  // namespace heygen::host::commands::policy
