// `heygen provider …`: what is installed, from manifests alone; no library is loaded. provider_change.cpp changes it.
#include <algorithm>

#include "core/base/text.hpp"
#include "core/config/config.hpp"
#include "core/provider/discovery/registry.hpp"
#include "core/provider/library/pinned.hpp"
#include "core/store/reserved_slots.hpp"
#include "host/command.hpp"
#include "host/commands/auth/method.hpp"
#include "host/commands/provider/change.hpp"
#include "host/printer.hpp"
#include "host/services.hpp"

namespace heygen::host {

namespace {

std::string state_of(const provider::DiscoveredProvider& found) {
  if (found.disabled) return "disabled";
  if (found.refused) return "refused";
  return found.loaded ? "loaded" : "available";
}

std::string login_flag(const provider::DiscoveredProvider& found) {
  return found.manifest.has_login ? store::login_flag_of(found.id) : "";
}

std::string path_of(const provider::DiscoveredProvider& found) {
  return (found.library_path.empty() ? found.manifest_path : found.library_path).string();
}

json::Value summary(const provider::DiscoveredProvider& found) {
  json::Value out = json::Object{};
  out.set("id", found.id);
  out.set("title", found.manifest.title);
  out.set("version", found.manifest.version);
  out.set("origin", found.origin);
  out.set("path", path_of(found));
  out.set("state", state_of(found));
  if (found.refused) out.set("reason", found.reason);
  if (!found.rule.empty()) out.set("rule", found.rule);
  out.set("order", found.manifest.order);
  out.set("login_flag", login_flag(found));
  return out;
}

std::string line_for_people(const provider::DiscoveredProvider& found) {
  std::string out = found.id + ": " + state_of(found);
  if (!found.manifest.version.empty()) out += ", " + found.manifest.title + " " + found.manifest.version;
  if (!login_flag(found).empty()) out += ", login by " + login_flag(found);
  out += "\n  " + path_of(found) + " (" + found.origin + ")\n";
  return found.refused ? out + "  " + found.reason + "\n" : out;
}

void run_list(Services& services, Printer& printer, const Parsed&) {
  json::Array rows;
  for (const provider::DiscoveredProvider& found : services.registry().found()) rows.push_back(summary(found));
  if (!printer.human()) return printer.print(rows);
  if (rows.empty()) return printer.print_text("No provider is installed.\n");
  std::string out;
  for (const provider::DiscoveredProvider& found : services.registry().found()) out += line_for_people(found);
  printer.print_text(printable(out, true));
}

std::vector<provider::SearchDirectory> search_path(Services& services) {
  return provider::default_search_path(services.environment, config::config_directory(services.environment),
                                       services.executable);
}

/// What each directory of the search path had to say about this provider.
json::Array searched(Services& services, const provider::DiscoveredProvider& found) {
  json::Array rows;
  for (const provider::SearchDirectory& directory : search_path(services)) {
    std::error_code ignored;
    const bool there = std::filesystem::is_directory(directory.path, ignored);
    std::string result = there ? "nothing" : "no such directory";
    std::filesystem::path manifest;
    const auto holds = [&](const std::filesystem::path& path) {
      if (path.parent_path() != directory.path &&
          !std::filesystem::equivalent(path.parent_path(), directory.path, ignored))
        return false;
      manifest = path;
      return true;
    };
    if (holds(found.manifest_path)) {
      result = found.refused ? "refused" : "chosen";
    } else if (std::ranges::any_of(found.shadowed, holds)) {
      result = "shadowed";
    }
    json::Value row =
        json::Object{{"directory", directory.path.string()}, {"origin", directory.origin}, {"result", result}};
    if (!manifest.empty()) row.set("manifest", manifest.string());
    rows.push_back(std::move(row));
  }
  return rows;
}

json::Array settings_of(const provider::Manifest& manifest) {
  json::Array rows;
  for (const provider::Setting& setting : manifest.settings) {
    json::Value row = json::Object{{"key", "providers." + manifest.id + "." + setting.key}, {"type", setting.type}};
    if (setting.required) row.set("required", true);
    if (!setting.fallback.empty()) row.set("default", setting.fallback);
    if (!setting.env.empty()) row.set("env", setting.env);
    row.set("doc", setting.doc);
    rows.push_back(std::move(row));
  }
  return rows;
}

json::Array names(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

std::string verdict(Services& services, const provider::DiscoveredProvider& found) {
  if (found.disabled) return "Disabled: " + found.reason;
  if (found.refused) return "Refused: " + found.reason;
  std::string text = "Its manifest was the first one found (" + found.origin + ")";
  if (!found.shadowed.empty())
    text += " and hides " + std::to_string(found.shadowed.size()) + " of the same id in later directories";
  text += ". ";
  if (!found.rule.empty()) text += "The policy permits it: " + found.rule + ". ";
  if (!found.login_denied_reason.empty()) return text + "Its login is not offered: " + found.login_denied_reason + ".";
  if (!found.manifest.has_login) return text + "It has no login.";
  if (is_offered(found, services.config(), services.environment)) return text + "Its login is offered.";
  std::vector<std::string> switches;
  for (const std::string& name : found.manifest.enabled_by) {
    const bool setting = std::ranges::count(found.manifest.settings, name, &provider::Setting::key) > 0;
    switches.push_back(setting ? "providers." + found.id + "." + name + " = true" : name);
  }
  return text + "Its login is not offered until one of these is set: " + join(switches, ", ") + ".";
}

/// What the pinned files are like now; null without a pin.
json::Value pin_report(Services& services, const provider::DiscoveredProvider& found) {
  const provider::Pin* pin = services.policy().pin_of(found.id);
  if (pin == nullptr) return {};
  json::Value out = json::Object{};
  const auto add = [&](const char* name, const std::filesystem::path& file, const std::vector<std::string>& accepted) {
    try {
      const std::string digest = provider::file_digest(file);
      out.set(name, "sha256:" + digest);
      out.set(std::string(name) + "_matches", std::ranges::count(accepted, digest) > 0);
    } catch (const std::exception& error) {
      out.set(name, printable(error.what()));
      out.set(std::string(name) + "_matches", false);
    }
  };
  add("manifest", found.manifest_path, pin->manifest);
  // Which file it is, only a manifest that is the pinned one can say.
  if (!found.library_path.empty()) add("library", found.library_path, pin->library);
  return out;
}

json::Value explanation(Services& services, const provider::DiscoveredProvider& found) {
  const provider::Manifest& manifest = found.manifest;
  json::Value out = summary(found);
  out.set("why", verdict(services, found));
  if (const json::Value pin = pin_report(services, found); !pin.is_null()) out.set("pin", pin);
  out.set("manifest", found.manifest_path.string());
  out.set("searched", searched(services, found));
  out.set("slot", store::slot_of(found.id));
  out.set("login_offered", is_offered(found, services.config(), services.environment));
  out.set("enabled_by", names(manifest.enabled_by));
  json::Array set;
  for (const std::string& name : manifest.credential_env) {
    if (services.environment.has(name)) set.emplace_back(name);
  }
  out.set("credential_env", names(manifest.credential_env));
  out.set("credential_env_set", std::move(set));
  out.set("always_asked", manifest.ambient);
  out.set("settings", settings_of(manifest));
  return out;
}

std::string list_for_people(const std::string& title, const std::vector<std::string>& lines) {
  if (lines.empty()) return {};
  return title + ":\n  " + join(lines, "\n  ") + "\n";
}

std::string explanation_for_people(Services& services, const provider::DiscoveredProvider& found) {
  std::vector<std::string> directories, variables, settings;
  for (const json::Value& row : searched(services, found)) {
    directories.push_back(row.string_at("directory") + " (" + row.string_at("origin") +
                          "): " + row.string_at("result"));
  }
  for (const std::string& name : found.manifest.credential_env) {
    variables.push_back(name + (services.environment.has(name) ? ", which is set" : ", which is not set"));
  }
  for (const json::Value& row : settings_of(found.manifest)) {
    std::string line = row.string_at("key") + " (" + row.string_at("type") + "): " + row.string_at("doc");
    if (const std::string name = row.string_at("env"); !name.empty()) line += "; variable " + name;
    if (const std::string fallback = row.string_at("default"); !fallback.empty()) line += "; default " + fallback;
    settings.push_back(std::move(line));
  }
  std::string out = line_for_people(found);
  out += found.refused ? "" : verdict(services, found) + "\n";
  if (const json::Value pin = pin_report(services, found); !pin.is_null()) {
    const auto word = [&](const char* name) { return pin.find(name) != nullptr && pin.find(name)->as_bool(); };
    out += std::string("Pinned: the manifest ") + (word("manifest_matches") ? "is" : "is not") +
           " the pinned one, the library " + (word("library_matches") ? "is.\n" : "is not, so it will not load.\n");
  }
  out += "Its logins are kept in `" + store::slot_of(found.id) + "` of the credentials file.\n";
  out += list_for_people("Searched", directories) + list_for_people("Variables that supply a credential", variables);
  return printable(out + list_for_people("Settings", settings), true);
}

void run_why(Services& services, Printer& printer, const Parsed& parsed) {
  const std::string& id = parsed.positionals.at(0);
  const provider::DiscoveredProvider* found = services.registry().find(id);
  if (found == nullptr) throw unknown_provider(services, id);
  if (printer.human()) return printer.print_text(explanation_for_people(services, *found));
  printer.print(explanation(services, *found));
}

Command list_command() {
  Command command;
  command.words = {"provider", "list"};
  command.summary = "Show the installed credential providers";
  command.description =
      "In the order in which they are asked: where each was found, and whether it may be used. A refused one shows the "
      "reason.";
  command.examples = {"heygen provider list --human"};
  command.run = run_list;
  return command;
}

Command why_command() {
  Command command;
  command.words = {"provider", "why"};
  command.summary = "Explain why a provider can be used or not";
  command.description =
      "Which directories were searched, which manifest was chosen, what it hides, why it was refused, and which "
      "settings "
      "and "
      "variables it knows.";
  command.examples = {"heygen provider why oauth --human"};
  command.positionals = {
      {.name = "id", .doc = "The provider's id, as `heygen provider list` shows it", .fill = Fill::provider}};
  command.run = run_why;
  return command;
}

}  // namespace

Error unknown_provider(Services& services, const std::string& id) {
  const std::string message = "The provider `" + printable(id) + "` is not installed.";
  if (store::reserved_slot_of(id) != nullptr) {
    return usage_error(message, "Install the package heygen-provider-" + id +
                                    ". `heygen provider list` shows the installed providers.");
  }
  std::vector<std::string> ids;
  for (const provider::DiscoveredProvider& found : services.registry().found()) ids.push_back(found.id);
  const std::string guess = nearest(id, ids);
  std::vector<std::string> directories;
  for (const provider::SearchDirectory& directory : search_path(services))
    directories.push_back(directory.path.string());
  return usage_error(message, (guess.empty() ? "" : "Did you mean `" + guess + "`? ") +
                                  (directories.empty() ? "There is no directory to search."
                                                       : "Searched: " + join(directories, ", ") + "."));
}

void add_provider_commands(CommandTable& table) {
  table.add_group({{"provider"}, "Show, install and switch credential providers", ""});
  table.add(list_command());
  table.add(why_command());
  table.add(provider_install_command());
  table.add(provider_remove_command());
  table.add(provider_disable_command());
  table.add(provider_enable_command());
}

}  // namespace heygen::host
