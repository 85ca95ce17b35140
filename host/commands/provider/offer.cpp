// SPDX-License-Identifier: Apache-2.0
#include "host/commands/provider/offer.hpp"

#include <algorithm>

#include "core/base/environment.hpp"
#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/config/config.hpp"
#include "core/provider/discovery/registry.hpp"
#include "core/provider/setting.hpp"

namespace heygen::host::commands::provider {
namespace {

heygen::provider::ConfiguredSetting settings_of(const heygen::config::Config& config) {
  return [&config](const std::string& section, const std::string& key) {
    return config.raw("providers." + section + "." + key);
  };
}

bool is_enabled(const heygen::provider::Manifest& manifest, const heygen::provider::Setting& setting,
                const heygen::config::Config& config, const Environment& environment,
                const heygen::provider::FixedSetting& fixed) {
  const auto value = heygen::provider::find_setting(manifest, setting, environment, settings_of(config), {}, fixed);
  const std::string text = value ? to_lower(trim(value->text)) : std::string{};
  return !text.empty() && text != "0" && text != "false";
}

}  // namespace

bool is_offered(const heygen::provider::DiscoveredProvider& found, const heygen::config::Config& config,
                const Environment& environment, const heygen::provider::FixedSetting& fixed) {
  const heygen::provider::Manifest& manifest = found.manifest;
  if (!found.is_usable() || !found.login_denied_reason.empty() || !manifest.has_login) return false;
  if (manifest.enabled_by.empty()) return true;
  return std::ranges::any_of(manifest.enabled_by, [&](const std::string& name) {
    const auto setting = std::ranges::find(manifest.settings, name, &heygen::provider::Setting::key);
    if (setting == manifest.settings.end()) return environment.has(name);
    return is_enabled(manifest, *setting, config, environment, fixed);
  });
}

void require_settings(const heygen::provider::Manifest& manifest, const heygen::config::Config& config,
                      const Environment& environment, const heygen::provider::GivenSettings& given,
                      const heygen::provider::FixedSetting& fixed) {
  const heygen::provider::Setting* missing =
      heygen::provider::missing_setting(manifest, environment, settings_of(config), given, fixed);
  if (missing == nullptr) return;
  const std::string name = "providers." + manifest.id + "." + missing->key;
  throw usage_error(
      "The provider `" + manifest.id + "` needs the setting " + name +
          (missing->doc.empty() ? "." : " (" + missing->doc + ")."),
      "Run `heygen config set " + name + " VALUE`" + (missing->env.empty() ? "." : ", or set " + missing->env + "."));
}

}  // namespace heygen::host::commands::provider
