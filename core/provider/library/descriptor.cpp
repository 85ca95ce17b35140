// SPDX-License-Identifier: Apache-2.0
#include "core/provider/library/descriptor.hpp"

#include <algorithm>
#include <array>

#include "core/provider/abi.hpp"
#include "core/provider/refusal.hpp"

namespace heygen::provider {
namespace {

constexpr std::size_t kMaxEntries = 256;

std::string text_of(heygen_str text, const char* member) {
  if (!abi::is_sound(text)) refuse(std::string("its descriptor's `") + member + "` is NULL with a size");
  return std::string(abi::view(text));
}

void check_list(const void* items, std::size_t count, const char* member) {
  if ((items == nullptr && count != 0) || count > kMaxEntries) {
    refuse(std::string("its descriptor's list `") + member + "` is NULL with a count, or has more than 256 entries");
  }
}

std::vector<std::string> list_of(const heygen_str* items, std::size_t count, const char* member) {
  check_list(items, count, member);
  std::vector<std::string> list;
  for (std::size_t i = 0; i < count; ++i) list.push_back(text_of(items[i], member));
  return list;
}

std::vector<Setting> settings_of(const heygen_setting* const* items, std::size_t count) {
  check_list(items, count, "settings");
  std::vector<Setting> settings;
  for (std::size_t i = 0; i < count; ++i) {
    if (items[i] == nullptr) refuse("its list of settings has a NULL");
    const heygen_setting& item = *items[i];
    if (item.struct_size < abi::kSettingSize) refuse("its heygen_setting is smaller than version 1.0 had");
    Setting& setting = settings.emplace_back();
    setting.key = text_of(item.key, "key");
    setting.type = setting_type_of(setting.key, text_of(item.type, "type"));
    setting.fallback = text_of(item.fallback, "fallback");
    setting.doc = text_of(item.doc, "doc");
    setting.env = text_of(item.env, "env");
    setting.required = item.required != 0;
  }
  return settings;
}

std::string shown(const std::string& value) {
  return "\"" + value + "\"";
}
std::string shown(bool value) {
  return value ? "true" : "false";
}
template <class Integer>
std::string shown(Integer value) {
  return std::to_string(value);
}
std::string shown(const std::vector<std::string>& list) {
  std::string out;
  for (const std::string& item : list) out += (out.empty() ? "" : " ") + item;
  return "[" + out + "]";
}
std::string shown(const std::vector<Setting>& settings) {
  std::string out;
  for (const Setting& setting : settings) {
    out += (out.empty() ? "" : " ") + setting.key + ":" + name_of(setting.type) + (setting.required ? "!" : "") + "=" +
           setting.fallback;
  }
  return "[" + out + "]";
}

template <class Value>
std::optional<std::string> difference(const char* member, const Value& in_manifest, const Value& in_library) {
  if (in_manifest == in_library) return {};
  return std::string("`") + member + "` is " + shown(in_manifest) + " in the manifest and " + shown(in_library) +
         " in the library";
}

}  // namespace

Manifest read_descriptor(const heygen_descriptor* descriptor) {
  if (descriptor == nullptr) refuse("it has no descriptor");
  if (descriptor->struct_size < abi::kDescriptorSize) refuse("its heygen_descriptor is smaller than version 1.0 had");
  Manifest manifest;
  manifest.id = text_of(descriptor->id, "id");
  manifest.version = text_of(descriptor->version, "version");
  manifest.title = text_of(descriptor->title, "title");
  manifest.note = text_of(descriptor->note, "note");
  manifest.order = descriptor->order;
  manifest.env = list_of(descriptor->env, descriptor->env_count, "env");
  manifest.credential_env = list_of(descriptor->credential_env, descriptor->credential_env_count, "credential_env");
  manifest.enabled_by = list_of(descriptor->enabled_by, descriptor->enabled_by_count, "enabled_by");
  manifest.needs = list_of(descriptor->needs, descriptor->needs_count, "needs");
  manifest.settings = settings_of(descriptor->settings, descriptor->settings_count);
  manifest.ambient = (descriptor->flags & HEYGEN_PROVIDER_AMBIENT) != 0;
  manifest.reads_stdin = (descriptor->flags & HEYGEN_PROVIDER_READS_STDIN) != 0;
  manifest.has_login = (descriptor->flags & HEYGEN_PROVIDER_NO_LOGIN) == 0;
  manifest.runtime = (descriptor->flags & HEYGEN_PROVIDER_RUNTIME) != 0;
  manifest.interacts_terminal = (descriptor->interactions & HEYGEN_INTERACTS_TERMINAL) != 0;
  manifest.interacts_browser = (descriptor->interactions & HEYGEN_INTERACTS_BROWSER) != 0;
  return manifest;
}

std::optional<std::string> first_difference(const Manifest& manifest, const Manifest& described) {
  const std::array found{
      difference("id", manifest.id, described.id),
      difference("version", manifest.version, described.version),
      difference("abi.min", manifest.abi_min, described.abi_min),
      difference("abi.max", manifest.abi_max, described.abi_max),
      difference("title", manifest.title, described.title),
      difference("note", manifest.note, described.note),
      difference("order", manifest.order, described.order),
      difference("ambient", manifest.ambient, described.ambient),
      difference("login", manifest.has_login, described.has_login),
      difference("reads_stdin", manifest.reads_stdin, described.reads_stdin),
      difference("runtime", manifest.runtime, described.runtime),
      difference("interactions (terminal)", manifest.interacts_terminal, described.interacts_terminal),
      difference("interactions (browser)", manifest.interacts_browser, described.interacts_browser),
      difference("env", manifest.env, described.env),
      difference("credential_env", manifest.credential_env, described.credential_env),
      difference("enabled_by", manifest.enabled_by, described.enabled_by),
      difference("needs", manifest.needs, described.needs),
      difference("settings", manifest.settings, described.settings),
  };
  const auto* first = std::ranges::find_if(found, [](const auto& text) { return text.has_value(); });
  return first == found.end() ? std::nullopt : *first;
}

}  // namespace heygen::provider
