// `heygen config …`: config.toml, with the keys that providers declare.
#include "core/config/config.hpp"

#include "core/provider/discovery/registry.hpp"
#include "host/command.hpp"
#include "host/printer.hpp"
#include "host/provider_settings.hpp"
#include "host/services.hpp"

namespace heygen::host {

namespace {

std::vector<config::DeclaredKey> declared_keys(Services& services) {
  std::vector<config::DeclaredKey> keys{deadline_key()};
  for (const provider::DiscoveredProvider& found : services.registry().found()) {
    keys.push_back(disabled_key(found.id));
    for (const provider::Setting& setting : found.manifest.settings) {
      keys.push_back(
          {"providers." + found.id + "." + setting.key, setting.type, setting.env, setting.fallback, setting.doc});
    }
  }
  return keys;
}

json::Value document(const config::Entry& entry, bool with_source) {
  json::Value out = json::Object{{"key", entry.key}, {"value", entry.value}};
  if (with_source) out.set("source", entry.source);
  return out;
}

void run_set(Services& services, Printer& printer, const Parsed& parsed) {
  // As it was when the command was typed: `config set output json` still answers in the old form.
  printer.options.human = printer.human();
  printer.print(document(
      services.config().set(parsed.positionals.at(0), parsed.positionals.at(1), declared_keys(services)), false));
}

void run_get(Services& services, Printer& printer, const Parsed& parsed) {
  printer.print(document(services.config().get(parsed.positionals.at(0), declared_keys(services)), true));
}

void run_list(Services& services, Printer& printer, const Parsed&) {
  json::Array entries;
  for (const config::Entry& entry : services.config().list(declared_keys(services))) {
    entries.push_back(document(entry, true));
  }
  printer.print(entries, {{"key", ""}, {"value", ""}, {"source", ""}});
}

Positional key() {
  return {.name = "key", .doc = "A setting, such as output or providers.ID.NAME", .fill = Fill::setting};
}

Command set() {
  Command command;
  command.words = {"config", "set"};
  command.summary = "Change a setting";
  command.description =
      "Writes config.toml; its comments and other keys stay. Settings are `output` (json or human), `analytics` (true "
      "or "
      "false, kept for compatibility) and what installed providers declare: `heygen provider why ID` lists those.";
  command.examples = {"heygen config set output human"};
  command.positionals = {key(), {.name = "value", .doc = "The new value, such as human or true"}};
  command.run = run_set;
  return command;
}

Command get() {
  Command command;
  command.words = {"config", "get"};
  command.summary = "Show a setting and where it comes from";
  command.examples = {"heygen config get output"};
  command.positionals = {key()};
  command.run = run_get;
  return command;
}

Command list() {
  Command command;
  command.words = {"config", "list"};
  command.summary = "Show all settings and where they come from";
  command.description = "Settings of providers are listed when they are set.";
  command.examples = {"heygen config list --human"};
  command.run = run_list;
  return command;
}

}  // namespace

void add_config_commands(CommandTable& table) {
  table.add_group({{"config"}, "Show and change settings", ""});
  table.add(set());
  table.add(get());
  table.add(list());
}

}  // namespace heygen::host
