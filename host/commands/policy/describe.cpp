// SPDX-License-Identifier: Apache-2.0
#include "host/commands/policy/describe.hpp"

#include <fmt/format.h>

#include <filesystem>

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
  out.set("isolation", policy.isolate_all ? "process" : "default");
  if (!policy.forbid_needs.empty()) out.set("forbid_needs", strings(policy.forbid_needs));
  json::Value hosts = json::Object{};
  for (const auto& [id, list] : policy.hosts) hosts.set(id, strings(list));
  if (!policy.hosts.empty()) out.set("hosts", std::move(hosts));
  if (policy.settings.empty()) return out;
  json::Value settings = json::Object{};
  for (const auto& [id, fixed] : policy.settings) {
    json::Value of_provider = json::Object{};
    for (const auto& [key, value] : fixed) of_provider.set(key, value);
    settings.set(id, std::move(of_provider));
  }
  out.set("settings", std::move(settings));
  return out;
}

json::Value network_of(const Policy& policy) {
  json::Value out = json::Object{{"allow_http", policy.allow_http}};
  if (policy.proxy) out.set("proxy", policy.proxy->empty() ? "none" : *policy.proxy);
  return out;
}

bool is_installed(const Policy& policy) {
  const std::filesystem::path path = heygen::provider::policy_path();
  return policy.path == path || policy.path.parent_path() == heygen::provider::policy_directory(path);
}

/// "FILE, line N" of each key that a file has.
json::Value places_of(const Policy& policy) {
  json::Value out = json::Object{};
  for (const auto& [key, line] : policy.lines)
    out.set(key, fmt::format("{}, line {}", policy.file_of(key).string(), line));
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
  out.set("in_force", policy.in_effect() && is_installed(policy));
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
  if (!policy.trust.keys.empty()) out.set("trust", trust_of(policy.trust));
  if (!policy.api_base.empty()) out.set("api", json::Object{{"base", policy.api_base}});
  if (!policy.ca_file.empty()) out.set("tls", json::Object{{"ca_file", policy.ca_file}});
  if (!policy.forbidden_commands.empty())
    out.set("commands", json::Object{{"forbid", strings(policy.forbidden_commands)}});
  out.set("network", network_of(policy));
  out.set("audit", policy.audit ? "syslog" : "none");
  out.set("audit_required", policy.audit_required);
  json::Array files;
  for (const std::filesystem::path& file : policy.sources) files.emplace_back(file.string());
  out.set("files", std::move(files));
  out.set("decided_by", places_of(policy));
  return out;
}

std::string text_of_files(const Policy& policy) {
  std::string out;
  for (const std::filesystem::path& file : policy.sources) out += "  " + file.string() + "\n";
  return out;
}

std::string text_of(const Policy& policy) {
  std::string out;
  const auto add = [&](const std::string& name, const std::string& value, const std::string& key) {
    const auto line = policy.lines.find(key);
    const std::string place =
        line == policy.lines.end() ? "" : fmt::format(" ({}, line {})", policy.file_of(key).string(), line->second);
    out += name + (name.empty() ? "" : ": ") + value + place + "\n";
  };
  const auto listed = [](const std::vector<std::string>& list) { return list.empty() ? "none" : join(list, ", "); };
  const auto fixed = [](const std::string& value) { return value.empty() ? "not fixed" : value; };
  if (policy.listed_only)
    add("Providers that may load", join(policy.allow, ", "), "providers.allow");
  else
    add("", "Any provider may load.", "providers.mode");
  add("Providers in directories of the user", policy.user_directories ? "permitted" : "not permitted",
      "providers.user_directories");
  if (policy.logins) add("Logins offered", listed(*policy.logins), "providers.logins");
  if (policy.runtimes) add("Language runtimes that may load", listed(*policy.runtimes), "providers.runtimes");
  add("Isolated providers", policy.isolate_all ? "all" : "those outside the installation's directory",
      "providers.isolation");
  for (const std::string& need : policy.forbid_needs)
    add("Forbidden need", need, "providers.forbid_needs[" + need + "]");
  for (const auto& [id, pin] : policy.pins)
    add("Pinned",
        fmt::format("{} ({} library, {} manifest){}", id, pin.library.size(), pin.manifest.size(),
                    pin.in_process ? ", runs in process" : ""),
        "pins." + id);
  for (const auto& [id, settings] : policy.settings)
    for (const auto& [key, value] : settings)
      add(fmt::format("Setting providers.{}.{}", id, key), value, fmt::format("providers.settings.{}.{}", id, key));
  for (const auto& [id, hosts] : policy.hosts) add("Hosts of provider " + id, listed(hosts), "providers.hosts." + id);
  for (const std::string& words : policy.forbidden_commands)
    add("Forbidden command", "heygen " + words, "commands.forbid[" + words + "]");
  out += trust_text(policy.trust);
  add("API URL", fixed(policy.api_base), "api.base");
  add("CA certificates", fixed(policy.ca_file), "tls.ca_file");
  if (!policy.allow_http) add("Plain http", "forbidden", "network.allow_http");
  if (policy.proxy) add("Proxy", policy.proxy->empty() ? "none" : *policy.proxy, "network.proxy");
  add("Credential use is logged to", policy.audit ? "syslog" : "nowhere", "audit");
  if (policy.audit_required) add("What cannot be logged", "does not happen", "audit_required");
  return out;
}

}  // namespace heygen::host::commands::policy
