// SPDX-License-Identifier: Apache-2.0
#include "host/commands/provider/switch.hpp"

#include <memory>

#include <fmt/format.h>

#include "core/config/config.hpp"
#include "host/commands/provider/lookup.hpp"
#include "host/printer.hpp"
#include "host/provider_settings.hpp"

namespace heygen::host::commands::provider {

namespace {

void set_disabled(Services& services, Printer& printer, const std::string& id, bool disabled) {
  const heygen::provider::DiscoveredProvider& found = require_installed(services, id);
  if (!disabled && found.state == heygen::provider::ProviderState::refused_by_policy)
    services.terminal.notice("Note: it still may not load: " + found.reason + ".");
  const std::shared_ptr<const void> held = services.hold_profile();
  services.config().set(disabled_key(id).key, disabled ? "true" : "false", {disabled_key(id)});
  json::Value out = json::Object{};
  out.set("message", disabled ? fmt::format("Disabled provider `{0}`. It is skipped until you run `heygen provider "
                                            "enable {0}`.",
                                            id)
                              : fmt::format("Enabled provider `{}`.", id));
  out.set("id", id);
  out.set("disabled", disabled);
  printer.print(out);
}

}  // namespace

Command disable_command() {
  Command command;
  command.words = {"provider", "disable"};
  command.summary = "Disable a provider";
  command.description = paragraphs(R"(
A disabled provider is not loaded, even when a credential of it is stored, and the next provider in the order is asked.
Written to config.toml as provider.disabled.ID.)");
  command.examples = {"heygen provider disable ID"};
  command.positionals = {id_argument()};
  command.run = [](Services& services, Printer& printer, const Parsed& parsed) {
    set_disabled(services, printer, parsed.positionals.at(0), true);
  };
  return command;
}

Command enable_command() {
  Command command;
  command.words = {"provider", "enable"};
  command.summary = "Enable a disabled provider";
  command.examples = {"heygen provider enable ID"};
  command.positionals = {id_argument()};
  command.run = [](Services& services, Printer& printer, const Parsed& parsed) {
    set_disabled(services, printer, parsed.positionals.at(0), false);
  };
  return command;
}

}  // namespace heygen::host::commands::provider
