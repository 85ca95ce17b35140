// SPDX-License-Identifier: Apache-2.0
// A provider as data: the contents of <id>.provider.json. Listing, help, completion and picker need nothing else.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/json/value.hpp"

namespace heygen::provider {

enum class SettingType : unsigned char { string, url, boolean, integer };
/// As manifests write it: "string", "url", "bool" or "int".
const char* name_of(SettingType type);
/// The type of the setting `key`. Throws Refusal for another word.
SettingType setting_type_of(const std::string& key, std::string_view name);

struct Setting {
  std::string key;
  SettingType type = SettingType::string;
  std::string fallback, doc, env;
  bool required = false;
  bool operator==(const Setting&) const = default;
};

struct Manifest {
  std::string id;
  std::string library;  ///< file name inside the manifest's directory
  std::string version, title, note;
  std::int32_t order = 1000;
  std::uint32_t abi_min = 1, abi_max = 1;
  std::vector<std::string> env, credential_env, enabled_by;
  std::vector<std::string> needs;  ///< beyond the services; parse_needs() reads them
  std::vector<Setting> settings;
  bool ambient = false, reads_stdin = false, has_login = true;
  bool runtime = false;  ///< its language brings threads and signal handlers that stay
  bool interacts_terminal = false, interacts_browser = false;

  bool operator==(const Manifest&) const = default;
};

/// Throws Refusal: text that is not JSON, a missing or mistyped member, an id or file name that is not valid. Unknown
/// members are ignored.
Manifest parse_manifest(std::string_view text);
/// The same checks for a manifest from elsewhere, such as a descriptor. Throws Refusal.
void check_manifest(const Manifest& manifest);
json::Value to_json(const Manifest& manifest);
bool is_valid_id(std::string_view id);
/// The command by which the user lets the language runtime of a provider load.
std::string consent_command(const std::string& id);

}  // namespace heygen::provider
