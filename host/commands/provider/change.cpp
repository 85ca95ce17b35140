#include "host/commands/provider/change.hpp"

#include <algorithm>
#include <filesystem>

#include "core/base/text.hpp"
#include "core/config/config.hpp"
#include "core/config/file.hpp"
#include "core/provider/discovery/registry.hpp"
#include "core/store/credential_store.hpp"
#include "core/store/reserved_slots.hpp"
#include "host/requests/confirm.hpp"
#include "host/commands/provider/files.hpp"
#include "host/printer.hpp"
#include "host/provider_settings.hpp"
#include "host/services.hpp"

namespace heygen::host {

namespace {

namespace fs = std::filesystem;

fs::path user_directory(Services& services) {
  return config::config_directory(services.environment) / "providers";
}

/// Whether the file has a credential of this provider.
bool has_login(Services& services, const std::string& id) {
  try {
    return services.store().read().is_filled(id);
  } catch (const std::exception&) {
    return false;
  }
}

void run_install(Services& services, Printer& printer, const Parsed& parsed) {
  const ProviderFiles files = find_provider_files(parsed.positionals.at(0));
  require_permitted(services.policy(), files);
  const std::string checked_by = install_provider({services.executable, services.terminal, services.cancel}, files,
                                                  user_directory(services), parsed.is_on("force"));
  json::Value out = json::Object{};
  const std::string& id = files.manifest.id;
  out.set("message", "Installed the provider `" + id + "` in " + user_directory(services).string() + ".");
  out.set("id", id);
  out.set("library", (user_directory(services) / files.manifest.library).string());
  out.set("manifest", (user_directory(services) / manifest_name(id)).string());
  out.set("checked_by", checked_by);
  if (files.manifest.has_login) out.set("login_flag", store::login_flag_of(id));
  printer.print(out);
}

void run_remove(Services& services, Printer& printer, const Parsed& parsed) {
  const std::string& id = parsed.positionals.at(0);
  const fs::path manifest = provider::is_valid_id(id) ? user_directory(services) / manifest_name(id) : fs::path{};
  std::error_code ignored;
  if (manifest.empty() || !fs::exists(fs::symlink_status(manifest, ignored))) {
    const provider::DiscoveredProvider* found = services.registry().find(id);
    if (found == nullptr) throw unknown_provider(services, id);
    throw usage_error("The provider `" + id + "` is not in your directory " + user_directory(services).string() +
                          " but at " + found->manifest_path.string() + ", so it is not removed.",
                      "`heygen provider disable " + id + "` switches it off for you.");
  }
  if (!parsed.is_on("force")) {
    confirm({services.terminal, services.cancel},
            "Remove the provider `" + id + "` from " + user_directory(services).string() + "?",
            confirmation_required("Removing the provider `" + id + "`"));
  }
  const bool login = has_login(services, id);
  json::Array removed;
  for (const fs::path& path : remove_provider(manifest)) removed.emplace_back(path.string());
  json::Value out = json::Object{};
  out.set("message", "Removed the provider `" + id + "`.");
  out.set("id", id);
  out.set("removed", std::move(removed));
  out.set("login_kept", login);
  if (login) {
    services.terminal.notice("Its login stays in `" + store::slot_of(id) +
                             "` of the credentials file; `heygen auth logout` deletes it.");
  }
  printer.print(out);
}

void set_disabled(Services& services, Printer& printer, const std::string& id, bool disabled) {
  const provider::DiscoveredProvider* found = services.registry().find(id);
  if (found == nullptr) throw unknown_provider(services, id);
  if (!disabled && found->refused_by_policy) services.terminal.notice("It still may not load: " + found->reason + ".");
  services.config().set(disabled_key(id).key, disabled ? "true" : "false", {disabled_key(id)});
  json::Value out = json::Object{};
  out.set("message", disabled
                         ? "The provider `" + id + "` is switched off: it is not loaded, and the next one is asked."
                         : "The provider `" + id + "` is switched on.");
  out.set("id", id);
  out.set("disabled", disabled);
  printer.print(out);
}

Option force() {
  Option option;
  option.name = "force";
  return option;
}

Positional id_of_provider() {
  return {"id", "The provider's id, as `heygen provider list` shows it"};
}

}  // namespace

Command provider_install_command() {
  Command command;
  command.words = {"provider", "install"};
  command.summary = "Check a provider and put it into your directory";
  command.description =
      "FILE is a provider's library with its manifest beside it, or that manifest. Both are copied into the directory "
      "`providers` beside config.toml, after heygen-provider-check, or where that is missing a load in a process of "
      "its "
      "own, has found no fault. The check runs the provider's code, so install only what you would run.";
  command.examples = {"heygen provider install ./vault.so"};
  command.positionals = {{"file", "A provider's library or manifest"}};
  command.options = [](Services&) {
    Option option = force();
    option.doc = "Replace a provider of the same id";
    return std::vector<Option>{option};
  };
  command.run = run_install;
  return command;
}

Command provider_remove_command() {
  Command command;
  command.words = {"provider", "remove"};
  command.summary = "Remove a provider from your directory";
  command.description =
      "Deletes its manifest and its library. A login that it stored stays until `heygen auth logout`.";
  command.examples = {"heygen provider remove ID --force"};
  command.positionals = {id_of_provider()};
  command.options = [](Services&) {
    Option option = force();
    option.doc = "Do not ask";
    return std::vector<Option>{option};
  };
  command.run = run_remove;
  return command;
}

Command provider_disable_command() {
  Command command;
  command.words = {"provider", "disable"};
  command.summary = "Switch a provider off";
  command.description =
      "It is not loaded any more, whatever login it has, and the next provider in the order is asked. Written to "
      "config.toml as provider.disabled.ID.";
  command.examples = {"heygen provider disable ID"};
  command.positionals = {id_of_provider()};
  command.run = [](Services& services, Printer& printer, const Parsed& parsed) {
    set_disabled(services, printer, parsed.positionals.at(0), true);
  };
  return command;
}

Command provider_enable_command() {
  Command command;
  command.words = {"provider", "enable"};
  command.summary = "Switch a provider on again";
  command.examples = {"heygen provider enable ID"};
  command.positionals = {id_of_provider()};
  command.run = [](Services& services, Printer& printer, const Parsed& parsed) {
    set_disabled(services, printer, parsed.positionals.at(0), false);
  };
  return command;
}

}  // namespace heygen::host
