// SPDX-License-Identifier: Apache-2.0
#include "core/provider/setting.hpp"

#include "core/base/environment.hpp"
#include "core/base/text.hpp"
#include "core/store/reserved_slots.hpp"

namespace heygen::provider {
namespace {

std::optional<SettingValue> fallback_of(const Setting& setting) {
  if (setting.fallback.empty()) return {};
  return SettingValue{setting.fallback, "the default of " + setting.key};
}

}  // namespace

std::optional<SettingValue> find_setting(const Manifest& manifest, const Setting& setting,
                                         const Environment& environment, const ConfiguredSetting& configured,
                                         const GivenSettings& given) {
  const auto own = given.find(setting.key);
  if (own != given.end() && !own->second.empty()) return SettingValue{own->second, "--set " + setting.key};
  if (own != given.end()) return fallback_of(setting);
  if (!setting.env.empty() && environment.has(setting.env)) {
    return SettingValue{std::string(trim(environment.value(setting.env))), "the variable " + setting.env};
  }
  for (const std::string& section : store::settings_sections_of(manifest.id)) {
    const auto text = configured ? configured(section, setting.key) : std::nullopt;
    if (text && !text->empty()) return SettingValue{*text, "the setting providers." + section + "." + setting.key};
  }
  return fallback_of(setting);
}

const Setting* missing_setting(const Manifest& manifest, const Environment& environment,
                               const ConfiguredSetting& configured, const GivenSettings& given) {
  for (const Setting& setting : manifest.settings) {
    if (setting.required && !find_setting(manifest, setting, environment, configured, given)) return &setting;
  }
  return nullptr;
}

}  // namespace heygen::provider
