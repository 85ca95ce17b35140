// SPDX-License-Identifier: Apache-2.0
// heygen.settings/1
#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "core/base/environment.hpp"
#include "core/base/text.hpp"
#include "core/net/http.hpp"
#include "core/provider/call/declared_values.hpp"
#include "core/provider/call/host_call.hpp"
#include "core/provider/service/services.hpp"
#include "core/provider/setting.hpp"

namespace heygen::provider {
namespace {

Error wrong_type(const SettingValue& raw, const std::string& wanted) {
  return usage_error("The value of " + raw.source + " must be " + wanted + (wanted.ends_with('.') ? "" : "."),
                     "Correct or remove " + raw.source + ".");
}

std::string as_bool(const SettingValue& raw) {
  if (const std::optional<bool> flag = flag_of(raw.text)) return *flag ? "true" : "false";
  throw wrong_type(raw, std::string(kFlagWords));
}

std::string as_int(const SettingValue& raw) {
  const std::string_view text = trim(raw.text);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) throw wrong_type(raw, "a whole number");
  return std::to_string(number);
}

std::string as_url(const SettingValue& raw) {
  try {
    static_cast<void>(net::Url::parse(raw.text));
    return raw.text;
  } catch (const std::invalid_argument& error) {
    throw wrong_type(raw, std::string("an http or https URL: ") + error.what());
  }
}

std::string typed(const Setting& setting, const SettingValue& raw) {
  switch (setting.type) {
    case SettingType::boolean:
      return as_bool(raw);
    case SettingType::integer:
      return as_int(raw);
    case SettingType::url:
      return as_url(raw);
    case SettingType::string:
      break;
  }
  return raw.text;
}

heygen_status HEYGEN_CALL get(const heygen_call* call, heygen_str key, heygen_str* value) {
  return guarded(call, [&](HostCall& host) -> heygen_status {
    if (value == nullptr) return host.refuse("settings.get got no place for the value.");
    *value = {nullptr, 0};
    const auto setting = std::ranges::find(host.manifest.settings, abi::view(key), &Setting::key);
    if (setting == host.manifest.settings.end()) {
      return host.refuse("settings.get was asked for a setting that the provider did not declare.");
    }
    try {
      const auto raw = setting_of(host, *setting);
      if (!raw) return HEYGEN_NOT_CONFIGURED;
      *value = host.keep(typed(*setting, *raw));
      return HEYGEN_OK;
    } catch (const Error& error) {  // a malformed config.toml included: none of it is the provider's fault
      return host.fail(HEYGEN_USAGE, error.message(), error.hint);
    }
  });
}

heygen_status HEYGEN_CALL env(const heygen_call* call, heygen_str name, heygen_str* value) {
  return guarded(call, [&](HostCall& host) -> heygen_status {
    if (value == nullptr) return host.refuse("settings.env got no place for the value.");
    *value = {nullptr, 0};
    if (std::ranges::find(host.manifest.env, abi::view(name)) == host.manifest.env.end()) {
      return host.refuse("settings.env was asked for a variable that the provider did not declare.");
    }
    std::string text = variable_of(host, abi::view(name));
    if (text.empty()) return HEYGEN_NOT_CONFIGURED;
    *value = host.keep(std::move(text));
    return HEYGEN_OK;
  });
}

}  // namespace

const heygen_settings_1_v& settings_service() {
  static constexpr heygen_settings_1_v kService{sizeof(kService), 0, get, env};
  return kService;
}

}  // namespace heygen::provider
