// SPDX-License-Identifier: Apache-2.0
#include "host/commands/config/set.hpp"

#include "host/commands/config/settings.hpp"
#include "host/printer.hpp"
#include "host/provider_settings.hpp"
#include "host/response_limit.hpp"

namespace heygen::host::commands::config {

namespace {

void run(Services& services, Printer& printer, const Parsed& parsed) {
  const std::string &key = parsed.positionals.at(0), &value = parsed.positionals.at(1);
  // As it was when the command was typed: `config set output json` still answers in the old form.
  printer.options.human = printer.human();
  if (key == deadline_key().key) check_deadline(value);
  if (key == response_limit_key().key) static_cast<void>(parse_response_limit(key, value));
  printer.print(document(services.config().set(key, value, declared_keys(services)), false));
}

}  // namespace

Command set_command() {
  Command command;
  command.words = {"config", "set"};
  command.summary = "Change a setting";
  command.description = paragraphs(R"(
Writes config.toml; its comments and other keys stay. Settings are `output` (json or human), `analytics` (true or false,
kept for compatibility), and what installed providers declare: `heygen provider why ID` lists those.)");
  command.examples = {"heygen config set output human"};
  command.positionals = {key_argument(), {.name = "value", .doc = "The new value, e.g. human or true"}};
  command.run = run;
  return command;
}

}  // namespace heygen::host::commands::config
