// SPDX-License-Identifier: Apache-2.0
#include "host/provider_settings.hpp"

#include <map>
#include <string_view>

#include "core/provider/discovery/registry.hpp"
#include "host/response_limit.hpp"

namespace heygen::host {

namespace {

constexpr std::string_view kDisabled = "disabled.", kRuntime = "runtime.", kIsolated = "isolated.", kTrust = "trust.";
constexpr int kLongestDeadline = 86'400;

config::DeclaredKey deadline_key() {
  return {.key = "provider.deadline",
          .type = "int",
          .env = "",
          .fallback = "60",
          .doc = "Seconds after which a provider that does not respond is given up",
          .least = 1,
          .most = kLongestDeadline};
}

config::DeclaredKey isolation_key() {
  return {
      .key = "provider.isolation",
      .type = "string",
      .env = "",
      .fallback = "default",
      .doc = "Which providers run in processes of their own: all (process), or those of other directories (default)",
      .words = {"default", "process"}};
}

config::DeclaredKey store_key() {
  return {.key = "auth.store",
          .type = "string",
          .env = "",
          .fallback = "auto",
          .doc = "Where a login is stored: file, keyring, or auto (where the one before it is, else the file)",
          .words = {"auto", "file", "keyring"}};
}

}  // namespace

ProviderSettings provider_settings(const config::Config& config) {
  ProviderSettings out;
  try {
    config.check(own_keys());
    for (const auto& [key, value] : config.members("provider")) {
      if (key.starts_with(kDisabled) && value == "true") out.disabled.push_back(key.substr(kDisabled.size()));
      if (key.starts_with(kRuntime) && value == "true") out.runtimes.push_back(key.substr(kRuntime.size()));
      if (key.starts_with(kIsolated) && value == "true") out.isolation.ids.push_back(key.substr(kIsolated.size()));
      if (key == "isolation") out.isolation.all = value == "process";
      if (key.starts_with(kTrust)) out.trusted[key.substr(kTrust.size())] = value;
      if (key == "deadline" && !value.empty()) out.hang_timeout = std::chrono::seconds{std::stoi(value)};
    }
  } catch (const Error& error) {
    out.problem = error;
  }
  return out;
}

std::vector<config::DeclaredKey> own_keys() {
  return {deadline_key(),   isolation_key(), disabled_key("*"),    isolated_key("*"),
          runtime_key("*"), trust_key("*"),  response_limit_key(), store_key()};
}

std::vector<config::DeclaredKey> declared_keys(const std::vector<provider::DiscoveredProvider>& found) {
  std::vector<config::DeclaredKey> keys{deadline_key(), isolation_key(), response_limit_key(), store_key()};
  for (const provider::DiscoveredProvider& one : found) {
    keys.push_back(disabled_key(one.id));
    keys.back().closes_provider = one.is_usable();
    keys.push_back(isolated_key(one.id));
    if (one.manifest.runtime) keys.push_back(runtime_key(one.id));
    for (const provider::Setting& setting : one.manifest.settings) {
      keys.push_back({.key = "providers." + one.id + "." + setting.key,
                      .type = name_of(setting.type),
                      .env = setting.env,
                      .fallback = setting.fallback,
                      .doc = setting.doc});
    }
  }
  return keys;
}

config::DeclaredKey disabled_key(const std::string& id) {
  return {.key = "provider.disabled." + id,
          .type = "bool",
          .env = "",
          .fallback = "false",
          .doc = "Whether the provider is disabled"};
}

config::DeclaredKey isolated_key(const std::string& id) {
  return {.key = "provider.isolated." + id,
          .type = "bool",
          .env = "",
          .fallback = "false",
          .doc = "Whether the provider runs in a process of its own, wherever it is installed"};
}

config::DeclaredKey runtime_key(const std::string& id) {
  return {.key = "provider.runtime." + id,
          .type = "bool",
          .env = "",
          .fallback = "false",
          .doc = "Whether the provider's language runtime may load, with its threads and signal handlers"};
}

config::DeclaredKey trust_key(const std::string& name) {
  return {.key = "provider.trust." + name,
          .type = "string",
          .env = "",
          .fallback = "",
          .doc = "A minisign public key (RW…) whose signatures of providers count"};
}

}  // namespace heygen::host
