// SPDX-License-Identifier: Apache-2.0
#include "host/commands/provider/why.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/base/text.hpp"
#include "core/config/config.hpp"
#include "core/net/redact.hpp"
#include "core/provider/isolated/denials.hpp"
#include "core/provider/library/pin.hpp"
#include "core/provider/needs.hpp"
#include "core/provider/policy/policy.hpp"
#include "core/provider/setting.hpp"
#include "core/store/credential_store.hpp"
#include "core/store/reserved_slots.hpp"
#include "host/commands/provider/describe.hpp"
#include "host/commands/provider/lookup.hpp"
#include "host/commands/provider/offer.hpp"
#include "host/commands/provider/signature.hpp"
#include "host/policy_rules.hpp"
#include "host/printer.hpp"
#include "host/provider_settings.hpp"

namespace heygen::host::commands::provider {

using heygen::provider::DiscoveredProvider;
using heygen::provider::Manifest;
using heygen::provider::SearchDirectory;
using heygen::provider::Setting;

namespace {

/// What each directory of the search path has for this provider.
json::Array searched(Services& services, const DiscoveredProvider& found) {
  json::Array rows;
  for (const SearchDirectory& directory : search_path(services)) {
    std::error_code ignored;
    const bool there = std::filesystem::is_directory(directory.path, ignored);
    std::string result = there ? "nothing" : "no such directory";
    for (const auto& one : services.unreadable_directories()) {
      if (one.path == directory.path) result = "cannot be read: " + one.reason;
    }
    std::filesystem::path manifest;
    const auto contains = [&](const std::filesystem::path& path) {
      if (path.parent_path() != directory.path &&
          !std::filesystem::equivalent(path.parent_path(), directory.path, ignored))
        return false;
      manifest = path;
      return true;
    };
    if (contains(found.manifest_path)) {
      result = found.is_usable() ? "chosen" : "refused";
    } else if (std::ranges::any_of(found.shadowed, contains)) {
      result = "shadowed";
    }
    json::Value row =
        json::Object{{"directory", directory.path.string()}, {"origin", name_of(directory.origin)}, {"result", result}};
    if (!manifest.empty()) row.set("manifest", manifest.string());
    rows.push_back(std::move(row));
  }
  return rows;
}

/// What a setting holds may be shared in a bug report.
std::string shown_value(const Setting& setting, const std::string& value) {
  if (net::is_secret_name(setting.key)) return "(hidden)";
  return printable(setting.type == heygen::provider::SettingType::url ? net::redact_url(value)
                                                                      : net::shown_text(value));
}

/// A value that contradicts the policy has no effect.
std::optional<heygen::provider::SettingValue> shown_setting(Services& services, const Manifest& manifest,
                                                            const Setting& setting,
                                                            const heygen::provider::ConfiguredSetting& configured) {
  const std::optional<FixedKey> fixed = fixed_key(services.policy(), "providers." + manifest.id + "." + setting.key);
  if (fixed && !fixed->value.empty()) return heygen::provider::SettingValue{fixed->value, "the policy " + fixed->rule};
  return find_setting(manifest, setting, services.environment, configured, {}, fixed_settings(services.policy()));
}

json::Array settings_of(Services& services, const Manifest& manifest) {
  const auto configured = [&](const std::string& section, const std::string& key) {
    return services.config().raw("providers." + section + "." + key);
  };
  json::Array rows;
  for (const Setting& setting : manifest.settings) {
    json::Value row =
        json::Object{{"key", "providers." + manifest.id + "." + setting.key}, {"type", name_of(setting.type)}};
    if (setting.required) row.set("required", true);
    if (!setting.fallback.empty()) row.set("default", setting.fallback);
    if (!setting.env.empty()) row.set("env", setting.env);
    row.set("doc", setting.doc);
    if (const auto value = shown_setting(services, manifest, setting, configured)) {
      row.set("value", shown_value(setting, value->text));
      row.set("source", value->source);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

json::Array strings(const std::vector<std::string>& list) {
  return {list.begin(), list.end()};
}

/// The rule or the setting that lets a language runtime load.
std::string runtime_permission(Services& services, const std::string& id) {
  const std::string rule = may_bring_runtime(services.policy(), id).rule;
  return rule.empty() ? runtime_key(id).key : "the policy " + rule;
}

std::string verdict(Services& services, const DiscoveredProvider& found) {
  if (found.state == heygen::provider::ProviderState::disabled) return "Disabled: " + found.reason;
  if (!found.is_usable()) return "Refused: " + found.reason;
  std::string text = "Its manifest was the first one found (" + std::string(name_of(found.origin)) + ")";
  if (!found.shadowed.empty())
    text += fmt::format(" and hides {} of the same ID in later directories", found.shadowed.size());
  text += ". ";
  if (!found.rule.empty()) text += "The policy permits it: " + found.rule + ". ";
  if (found.manifest.runtime)
    text += "Its language runtime may load by " + runtime_permission(services, found.id) + ". ";
  if (!found.login_denied_reason.empty()) return text + "Login: denied: " + found.login_denied_reason + ".";
  if (!found.manifest.has_login) return text + "Login: none.";
  if (is_offered(found, services.config(), services.environment, fixed_settings(services.policy())))
    return text + "Login: enabled.";
  std::vector<std::string> switches;
  for (const std::string& name : found.manifest.enabled_by) {
    const bool setting = std::ranges::count(found.manifest.settings, name, &Setting::key) > 0;
    switches.push_back(setting ? "providers." + found.id + "." + name + " = true" : name);
  }
  return text + "Login: disabled until one of these is set: " + join(switches, ", ") + ".";
}

/// What the pinned files are like now; null without a pin.
json::Value pin_report(Services& services, const DiscoveredProvider& found) {
  const heygen::provider::Pin* pin = services.policy().pin_of(found.id);
  if (pin == nullptr) return {};
  json::Value out = json::Object{};
  const auto add = [&](const char* name, const std::filesystem::path& file, const std::vector<std::string>& accepted) {
    try {
      const std::string digest = heygen::provider::file_digest(file);
      out.set(name, "sha256:" + digest);
      out.set(std::string(name) + "_matches", std::ranges::count(accepted, digest) > 0);
    } catch (const std::exception& error) {
      out.set(name, printable(error.what()));
      out.set(std::string(name) + "_matches", false);
    }
  };
  add("manifest", found.manifest_path, pin->manifest);
  // Only a manifest that matches its pin can say which file the library is.
  if (!found.library_path.empty()) add("library", found.library_path, pin->library);
  return out;
}

bool is_isolated(const DiscoveredProvider& found) {
  return found.isolation.isolation == heygen::provider::Isolation::process;
}

json::Value explanation(Services& services, const DiscoveredProvider& found) {
  const Manifest& manifest = found.manifest;
  json::Value out = summary(found);
  out.set("why", verdict(services, found));
  if (const json::Value pin = pin_report(services, found); !pin.is_null()) out.set("pin", pin);
  out.set("signature", signature_report(services, found));
  out.set("manifest", found.manifest_path.string());
  out.set("searched", searched(services, found));
  out.set("slot", store::slot_of(found.id));
  out.set("cached", services.store().cache.has(found.id));
  out.set("login_offered",
          is_offered(found, services.config(), services.environment, fixed_settings(services.policy())));
  out.set("enabled_by", strings(manifest.enabled_by));
  json::Array set;
  for (const std::string& name : manifest.credential_env) {
    if (services.environment.has(name)) set.emplace_back(name);
  }
  out.set("credential_env", strings(manifest.credential_env));
  out.set("credential_env_set", std::move(set));
  out.set("always_asked", manifest.ambient);
  out.set("needs", strings(manifest.needs));
  if (is_isolated(found)) out.set("cage", heygen::provider::cage_here());
  out.set("settings", settings_of(services, manifest));
  return out;
}

std::string list_text(const std::string& title, const std::vector<std::string>& lines) {
  return lines.empty() ? "" : fmt::format("{}:\n  {}\n", title, fmt::join(lines, "\n  "));
}

std::string setting_text(const json::Value& row) {
  std::string line = row.string_at("key") + " (" + row.string_at("type") + "): " + row.string_at("doc");
  if (const std::string name = row.string_at("env"); !name.empty()) line += "; environment variable " + name;
  if (const std::string fallback = row.string_at("default"); !fallback.empty()) line += "; default " + fallback;
  if (const std::string source = row.string_at("source"); !source.empty() && !source.starts_with("the default"))
    line += "; now " + row.string_at("value") + ", from " + source;
  return line;
}

std::string pin_text(const json::Value& pin) {
  const auto matches = [&](const char* name) { return pin.find(name) != nullptr && pin.find(name)->as_bool(); };
  return fmt::format("Pinned: the manifest {} the pinned one, the library {}.\n",
                     matches("manifest_matches") ? "is" : "is not",
                     matches("library_matches") ? "is" : "is not, so it will not load");
}

/// "hosts=setting:url: it may send requests to …"
std::vector<std::string> needs_of(const Manifest& manifest) {
  std::vector<std::string> lines;
  for (const std::string& need : manifest.needs) lines.push_back(need + ": " + heygen::provider::in_words(need));
  return lines;
}

std::string explanation_text(Services& services, const DiscoveredProvider& found) {
  std::vector<std::string> directories, variables, settings;
  for (const json::Value& row : searched(services, found))
    directories.push_back(row.string_at("directory") + " (" + row.string_at("origin") +
                          "): " + row.string_at("result"));
  for (const std::string& name : found.manifest.credential_env)
    variables.push_back(name + (services.environment.has(name) ? ", which is set" : ", which is not set"));
  for (const json::Value& row : settings_of(services, found.manifest)) settings.push_back(setting_text(row));
  std::string out = summary_text(found);
  if (found.is_usable()) out += verdict(services, found) + "\n";
  if (const json::Value pin = pin_report(services, found); !pin.is_null()) out += pin_text(pin);
  if (found.is_usable())
    out += fmt::format("Runs {}, by {}.\n", name_of(found.isolation.isolation), found.isolation.rule);
  if (found.is_usable() && is_isolated(found)) out += "Cage: " + heygen::provider::cage_here() + ".\n";
  out += "Signature: " + signature_text(signature_report(services, found)) + ".\n";
  out += "Credentials-file entry: `" + store::slot_of(found.id) + "`.\n";
  if (services.store().cache.has(found.id)) out += "Cached: something that it derived (gone at logout).\n";
  out += list_text("Searched", directories) + list_text("Environment variables that supply a credential", variables) +
         list_text("Settings", settings) + list_text("Needs", needs_of(found.manifest));
  return printable(out, true);
}

void run_why_provider(Services& services, Printer& printer, const Parsed& parsed) {
  const DiscoveredProvider& found = require_installed(services, parsed.positionals.at(0));
  if (printer.human()) return printer.print_text(explanation_text(services, found));
  printer.print(explanation(services, found));
}

}  // namespace

Command why_command() {
  Command command;
  command.words = {"provider", "why"};
  command.summary = "Explain why a provider can be used or not";
  command.description = paragraphs(R"(
Which directories were searched, which manifest was chosen, what it hides, why it was refused, whether it runs in process
or isolated, what it needs, and which settings and environment variables it has.)");
  command.examples = {"heygen provider why oauth --human"};
  command.positionals = {id_argument()};
  command.run = run_why_provider;
  return command;
}

}  // namespace heygen::host::commands::provider
