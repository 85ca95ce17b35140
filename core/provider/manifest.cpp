// SPDX-License-Identifier: Apache-2.0
#include "core/provider/manifest.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "core/base/text.hpp"
#include "core/base/utf16.hpp"
#include "core/json/parse.hpp"
#include "core/provider/needs.hpp"
#include "core/provider/refusal.hpp"
#include "core/store/reserved_slots.hpp"

namespace heygen::provider {
namespace {

constexpr std::size_t kMaxEntries = 256;
constexpr std::size_t kMaxNeed = 400;

bool is_lower(char letter) {
  return letter >= 'a' && letter <= 'z';
}
bool is_digit(char letter) {
  return letter >= '0' && letter <= '9';
}

bool is_word(std::string_view text, std::size_t longest, char joint) {
  return !text.empty() && text.size() <= longest && is_lower(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char letter) { return is_lower(letter) || is_digit(letter) || letter == joint; });
}

bool is_variable_name(std::string_view name) {
  return !name.empty() && name.size() <= 128 && !is_digit(name.front()) &&
         std::all_of(name.begin(), name.end(), [](char letter) {
           return is_lower(letter) || is_digit(letter) || (letter >= 'A' && letter <= 'Z') || letter == '_';
         });
}

bool is_file_name(std::string_view name) {
  return !name.empty() && name.size() <= 255 && name != "." && name != ".." &&
         std::none_of(name.begin(), name.end(),
                      [](char letter) { return letter == '/' || static_cast<unsigned char>(letter) < 0x20; });
}

bool contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

void check_line(const std::string& member, std::string_view text, std::size_t longest) {
  std::size_t characters = 0;
  for (const char byte : text) {
    const auto code = static_cast<unsigned char>(byte);
    if (code < 0x20 || code == 0x7f) {
      refuse("`" + member + "` has a control character");
    }
    characters += (code & 0xC0U) != 0x80U ? 1 : 0;
  }
  if (characters > longest) {
    refuse("`" + member + "` is longer than " + std::to_string(longest) + " characters");
  }
}

std::string text_member(const json::Value& object, const std::string& name, bool required) {
  const json::Value* member = object.find(name);
  if (member == nullptr) {
    return required ? (refuse("`" + name + "` is missing"), std::string{}) : std::string{};
  }
  if (!member->is_string()) {
    refuse("`" + name + "` must be a string");
  }
  return member->as_string();
}

bool bool_member(const json::Value& object, const std::string& name, bool fallback) {
  const json::Value* member = object.find(name);
  if (member == nullptr) {
    return fallback;
  }
  if (!member->is_bool()) {
    refuse("`" + name + "` must be true or false");
  }
  return member->as_bool();
}

template <class Integer>
Integer integer_member(const json::Value& object, const std::string& name, Integer fallback) {
  const json::Value* member = object.find(name);
  if (member == nullptr) {
    return fallback;
  }
  const auto number = member->is_number() ? member->to_int64() : std::nullopt;
  if (!number || *number < std::int64_t{std::numeric_limits<Integer>::min()} ||
      *number > std::int64_t{std::numeric_limits<Integer>::max()}) {
    refuse("`" + name + "` must be a whole number");
  }
  return static_cast<Integer>(*number);
}

const json::Array* array_member(const json::Value& object, const std::string& name) {
  const json::Value* member = object.find(name);
  if (member == nullptr) {
    return nullptr;
  }
  if (!member->is_array() || member->as_array().size() > kMaxEntries) {
    refuse("`" + name + "` must be a list of at most " + std::to_string(kMaxEntries) + " entries");
  }
  return &member->as_array();
}

std::vector<std::string> list_member(const json::Value& object, const std::string& name) {
  std::vector<std::string> list;
  if (const json::Array* items = array_member(object, name)) {
    for (const json::Value& item : *items) {
      if (!item.is_string()) {
        refuse("`" + name + "` must contain only strings");
      }
      list.push_back(item.as_string());
    }
  }
  return list;
}

std::vector<Setting> settings_member(const json::Value& object) {
  std::vector<Setting> settings;
  if (const json::Array* items = array_member(object, "settings")) {
    for (const json::Value& item : *items) {
      if (!item.is_object()) {
        refuse("`settings` must contain only objects");
      }
      Setting& setting = settings.emplace_back();
      setting.key = text_member(item, "key", true);
      setting.type = setting_type_of(setting.key, text_member(item, "type", true));
      setting.fallback = text_member(item, "default", false);
      setting.doc = text_member(item, "doc", false);
      setting.env = text_member(item, "env", false);
      setting.required = bool_member(item, "required", false);
    }
  }
  return settings;
}

void read_abi(const json::Value& root, Manifest& manifest) {
  const json::Value* range = root.find("abi");
  if (range == nullptr || !range->is_object()) {
    refuse("`abi` must be an object with `min` and `max`");
  }
  manifest.abi_min = integer_member<std::uint32_t>(*range, "min", 0);
  manifest.abi_max = integer_member<std::uint32_t>(*range, "max", 0);
}

void read_interactions(const json::Value& root, Manifest& manifest) {
  for (const std::string& kind : list_member(root, "interactions")) {
    manifest.interacts_terminal = manifest.interacts_terminal || kind == "terminal";
    manifest.interacts_browser = manifest.interacts_browser || kind == "browser";
  }
}

void check_settings(const Manifest& manifest) {
  std::vector<std::string> seen;
  for (const Setting& setting : manifest.settings) {
    if (!is_word(setting.key, 64, '_')) {
      refuse("setting `" + setting.key + "` is not a valid key ([a-z][a-z0-9_]{0,63})");
    }
    if (contains(seen, setting.key)) {
      refuse("setting `" + setting.key + "` is declared twice");
    }
    seen.push_back(setting.key);
    if (!setting.env.empty() && !contains(manifest.env, setting.env)) {
      refuse("setting `" + setting.key + "` names the variable " + setting.env + ", which `env` lacks");
    }
    check_line("doc", setting.doc, 400);
  }
}

void check_needs(const Manifest& manifest) {
  for (const std::string& need : manifest.needs) check_line("needs", need, kMaxNeed);
  std::vector<std::string> keys;
  for (const Setting& setting : manifest.settings) keys.push_back(setting.key);
  if (const auto lacking = undeclared_setting(parse_needs(manifest.needs), keys))
    refuse("`needs` names the setting `" + *lacking + "`, which `settings` lacks");
}

void check_names(const Manifest& manifest) {
  for (const std::string& name : manifest.env) {
    if (!is_variable_name(name)) {
      refuse("`env` has `" + name + "`, which is not a valid variable name");
    }
  }
  for (const std::string& name : manifest.credential_env) {
    if (!contains(manifest.env, name)) {
      refuse("`credential_env` names " + name + ", which `env` lacks");
    }
  }
  for (const std::string& name : manifest.enabled_by) {
    const bool is_setting = std::any_of(manifest.settings.begin(), manifest.settings.end(),
                                        [&](const Setting& setting) { return setting.key == name; });
    if (!is_setting && !contains(manifest.env, name)) {
      refuse("`enabled_by` names " + name + ", which is neither a setting nor in `env`");
    }
  }
}

constexpr std::array<const char*, 4> kTypeNames{"string", "url", "bool", "int"};  // as in SettingType

}  // namespace

const char* name_of(SettingType type) {
  return kTypeNames.at(static_cast<std::size_t>(type));
}

SettingType setting_type_of(const std::string& key, std::string_view name) {
  const auto* found = std::ranges::find(kTypeNames, name);
  if (found == kTypeNames.end()) {
    refuse("setting `" + key + "` has the type `" + std::string(name) + "`: string, url, bool or int");
  }
  return static_cast<SettingType>(found - kTypeNames.begin());
}

bool is_valid_id(std::string_view id) {
  // Keys are piped into `auth login --api-key`, and policies name IDs: none may pass for that of another provider.
  return id.size() >= 2 && is_word(id, 32, '-') && !store::is_reserved_spelling(id);
}

std::string consent_command(const std::string& id) {
  return "heygen config set provider.runtime." + id + " true";
}

void check_manifest(const Manifest& manifest) {
  if (!is_valid_id(manifest.id)) {
    refuse("`id` must be [a-z][a-z0-9-]{1,31}, and not `api-key`, the login option of the provider `apikey`");
  }
  if (!is_file_name(manifest.library)) {
    refuse("`library` must be the plain name of a file in the manifest's directory");
  }
  if (manifest.abi_min == 0 || manifest.abi_min > manifest.abi_max) {
    refuse("`abi` must be a range of interface versions from 1 up, `min` not above `max`");
  }
  if (manifest.title.empty()) {
    refuse("`title` is empty");
  }
  check_line("version", manifest.version, 64);
  check_line("title", manifest.title, 40);
  check_line("note", manifest.note, 80);
  check_settings(manifest);
  check_needs(manifest);
  check_names(manifest);
}

Manifest parse_manifest(std::string_view text) {
  if (const auto converted = from_utf16(text)) return parse_manifest(*converted);
  json::Value root;
  try {
    root = json::parse(written_text(text));
  } catch (const json::ParseError& error) {
    refuse(std::string("it is not valid JSON: ") + error.what());
  }
  if (!root.is_object()) {
    refuse("it is not a JSON object");
  }
  Manifest manifest;
  manifest.id = text_member(root, "id", true);
  manifest.library = text_member(root, "library", true);
  manifest.version = text_member(root, "version", true);
  manifest.title = text_member(root, "title", true);
  manifest.note = text_member(root, "note", false);
  manifest.order = integer_member<std::int32_t>(root, "order", 1000);
  read_abi(root, manifest);
  manifest.env = list_member(root, "env");
  manifest.credential_env = list_member(root, "credential_env");
  manifest.enabled_by = list_member(root, "enabled_by");
  manifest.needs = list_member(root, "needs");
  manifest.settings = settings_member(root);
  manifest.ambient = bool_member(root, "ambient", false);
  manifest.reads_stdin = bool_member(root, "reads_stdin", false);
  manifest.has_login = bool_member(root, "login", true);
  manifest.runtime = bool_member(root, "runtime", false);
  read_interactions(root, manifest);
  check_manifest(manifest);
  return manifest;
}

namespace {

json::Value list_to_json(const std::vector<std::string>& list) {
  return json::Array(list.begin(), list.end());
}

json::Value settings_to_json(const std::vector<Setting>& settings) {
  json::Array items;
  for (const Setting& setting : settings) {
    items.emplace_back(json::Object{{"key", setting.key},
                                    {"type", name_of(setting.type)},
                                    {"required", setting.required},
                                    {"default", setting.fallback},
                                    {"doc", setting.doc},
                                    {"env", setting.env}});
  }
  return items;
}

}  // namespace

json::Value to_json(const Manifest& manifest) {
  json::Array interactions;
  if (manifest.interacts_terminal) {
    interactions.emplace_back("terminal");
  }
  if (manifest.interacts_browser) {
    interactions.emplace_back("browser");
  }
  return json::Object{
      {"id", manifest.id},
      {"library", manifest.library},
      {"version", manifest.version},
      {"abi", json::Object{{"min", std::int64_t{manifest.abi_min}}, {"max", std::int64_t{manifest.abi_max}}}},
      {"title", manifest.title},
      {"note", manifest.note},
      {"order", manifest.order},
      {"ambient", manifest.ambient},
      {"login", manifest.has_login},
      {"reads_stdin", manifest.reads_stdin},
      {"runtime", manifest.runtime},
      {"interactions", interactions},
      {"env", list_to_json(manifest.env)},
      {"credential_env", list_to_json(manifest.credential_env)},
      {"enabled_by", list_to_json(manifest.enabled_by)},
      {"needs", list_to_json(manifest.needs)},
      {"settings", settings_to_json(manifest.settings)},
  };
}

}  // namespace heygen::provider
