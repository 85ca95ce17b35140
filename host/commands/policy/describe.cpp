// SPDX-License-Identifier: Apache-2.0
#include "host/commands/policy/describe.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"

namespace heygen::host::commands::policy {

using heygen::provider::Policy;

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
  out.set("isolation", policy.isolate_all ? "process" : "default");
  if (!policy.forbid_needs.empty()) out.set("forbid_needs", strings(policy.forbid_needs));
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
  for (const auto& [id, pin] : policy.pins) {
    json::Object members{{"library", digests(pin.library)}, {"manifest", digests(pin.manifest)}};
    if (pin.in_process) members.emplace_back("in_process", true);
    pins.set(id, std::move(members));
  }
  out.set("pins", std::move(pins));
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
  out += fmt::format("Isolated providers: {}\n",
                     policy.isolate_all ? "all" : "those outside the installation's directory");
  if (!policy.forbid_needs.empty()) out += fmt::format("Forbidden needs: {}\n", join(policy.forbid_needs, ", "));
  for (const auto& [id, pin] : policy.pins)
    out += fmt::format("Pinned: {} ({} library, {} manifest){}\n", id, pin.library.size(), pin.manifest.size(),
                       pin.in_process ? ", runs in process" : "");
  return out + fmt::format("API URL: {}\nCA certificates: {}\nLoads are logged to: {}\n", fixed(policy.api_base),
                           fixed(policy.ca_file), policy.audit ? "syslog" : "nowhere");
}

}  // namespace heygen::host::commands::policy
