// SPDX-License-Identifier: Apache-2.0
#include "core/provider/setting.hpp"

#include <string_view>
#include <vector>

#include "core/base/environment.hpp"
#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/store/reserved_slots.hpp"

namespace heygen::provider {
namespace {

std::optional<SettingValue> fallback_of(const Setting& setting) {
  if (setting.fallback.empty()) return {};
  return SettingValue{setting.fallback, "the default of " + setting.key};
}

/// All that the user says, in the environment and in config.toml.
std::vector<SettingValue> said_by_user(const Manifest& manifest, const Setting& setting, const Environment& environment,
                                       const ConfiguredSetting& configured) {
  std::vector<SettingValue> said;
  if (!setting.env.empty() && environment.has(setting.env))
    said.push_back({std::string(trim(environment.value(setting.env))), "the variable " + setting.env});
  for (const std::string& section : store::settings_sections_of(manifest.id)) {
    const auto text = configured ? configured(section, setting.key) : std::nullopt;
    if (text && !text->empty()) said.push_back({*text, "the setting providers." + section + "." + setting.key});
  }
  return said;
}

bool says_the_same(const Setting& setting, const std::string& one, const std::string& other) {
  if (setting.type != SettingType::boolean) return trim(one) == trim(other);
  return flag_of(one) && flag_of(one) == flag_of(other);
}

/// How the user takes a value back.
std::string remedy_of(const std::string& source) {
  constexpr std::string_view kVariable = "the variable ", kOfUser = "the setting ";
  if (source.starts_with(kVariable)) return "Unset " + source.substr(kVariable.size()) + ".";
  if (source.starts_with(kOfUser)) return "Run `heygen config unset " + source.substr(kOfUser.size()) + "`.";
  return "Remove " + source + ".";
}

void refuse_contradiction(const SettingValue& said, const SettingValue& fixed) {
  std::string subject = said.source;
  if (subject.starts_with('t')) subject.front() = 'T';
  Error error =
      usage_error(subject + " contradicts " + fixed.source + ", which fixes that setting.", remedy_of(said.source));
  error.rule = fixed.source.substr(std::string_view("the policy ").size());
  throw error;
}

std::optional<SettingValue> fixed_value(const Manifest& manifest, const Setting& setting, const FixedSetting& fixed) {
  if (!fixed) return {};
  for (const std::string& section : store::settings_sections_of(manifest.id)) {
    if (auto value = fixed(section, setting.key)) return value;
  }
  return {};
}

}  // namespace

std::optional<SettingValue> find_setting(const Manifest& manifest, const Setting& setting,
                                         const Environment& environment, const ConfiguredSetting& configured,
                                         const GivenSettings& given, const FixedSetting& fixed) {
  const auto own = given.find(setting.key);
  if (const std::optional<SettingValue> rule = fixed_value(manifest, setting, fixed)) {
    std::vector<SettingValue> said = said_by_user(manifest, setting, environment, configured);
    if (own != given.end()) said.insert(said.begin(), {own->second, "--set " + setting.key});
    for (const SettingValue& one : said) {
      if (!says_the_same(setting, one.text, rule->text)) refuse_contradiction(one, *rule);
    }
    return rule->text.empty() ? fallback_of(setting) : rule;
  }
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
                               const ConfiguredSetting& configured, const GivenSettings& given,
                               const FixedSetting& fixed) {
  for (const Setting& setting : manifest.settings) {
    if (setting.required && !find_setting(manifest, setting, environment, configured, given, fixed)) return &setting;
  }
  return nullptr;
}

}  // namespace heygen::provider
