// SPDX-License-Identifier: Apache-2.0
#include "core/provider/call/declared_values.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "core/base/encode.hpp"
#include "core/base/environment.hpp"
#include "core/base/secret.hpp"
#include "core/json/write.hpp"

namespace heygen::provider {
namespace {

constexpr std::size_t kSha256Size = 32;

bool is_hidden(const HostCall& host, std::string_view variable) {
  const std::vector<std::string>& credentials = host.manifest.credential_env;
  return host.function == Function::resolve && host.request.reason == Reason::login &&
         std::ranges::find(credentials, variable) != credentials.end();
}

/// Members by name: programs that share the file may write them in another order.
void sort_members(json::Value& value) {
  if (auto* items = value.get_if<json::Array>()) {
    for (json::Value& item : *items) sort_members(item);
  } else if (auto* members = value.get_if<json::Object>()) {
    for (json::Member& member : *members) sort_members(member.second);
    std::ranges::sort(*members, {}, &json::Member::first);
  }
}

std::string digest_of(const json::Value& value) {
  std::string text = json::write(value);
  const Wiper wiper{text};
  std::array<char, kSha256Size> digest{};
  EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr, EVP_sha256(), nullptr);
  return hex_encode({digest.data(), digest.size()});
}

}  // namespace

std::string variable_of(const HostCall& host, std::string_view name) {
  return is_hidden(host, name) ? "" : host.services.environment.value(name);
}

std::optional<SettingValue> setting_of(const HostCall& host, Setting setting) {
  if (is_hidden(host, setting.env)) setting.env.clear();
  return find_setting(host.manifest, setting, host.services.environment, host.services.setting, host.request.given,
                      host.services.fixed_setting);
}

std::string state_digest(const json::Value& state) {
  json::Value sorted = state;
  sort_members(sorted);
  std::string digest = digest_of(sorted);
  store::wipe_strings(sorted);
  return digest;
}

store::CacheBinding cache_binding(const HostCall& host) {
  return cache_binding(host, host.result.patch);
}

store::CacheBinding cache_binding(const HostCall& host, const std::optional<json::Value>& patch) {
  json::Value state = host.request.state;
  if (patch) json::merge_patch(state, *patch);
  json::Value inputs = json::Array{host.services.api_base};
  for (const std::string& name : host.manifest.env) inputs.as_array().emplace_back(variable_of(host, name));
  for (const Setting& setting : host.manifest.settings) {
    const auto value = setting_of(host, setting);
    inputs.as_array().emplace_back(value ? json::Value(value->text) : json::Value());
  }
  store::CacheBinding binding{state_digest(state), digest_of(inputs)};
  store::wipe_strings(state);
  store::wipe_strings(inputs);
  return binding;
}

}  // namespace heygen::provider
