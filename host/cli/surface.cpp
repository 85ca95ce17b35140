// SPDX-License-Identifier: Apache-2.0
#include "host/cli/surface.hpp"

#include <algorithm>
#include <array>

#include "core/api/catalog.hpp"
#include "core/base/text.hpp"
#include "core/json/parse.hpp"
#include "core/json/write.hpp"
#include "core/provider/discovery/registry.hpp"
#include "host/cli/globals.hpp"
#include "host/cli/reference.hpp"
#include "host/fixed_texts.hpp"
#include "host/services.hpp"

namespace heygen::host::cli {
namespace {

json::Value list_of(const auto& texts) {
  json::Array items;
  for (const auto& text : texts) items.emplace_back(std::string(text));
  return items;
}

std::string type_of(const Option& option) {
  if (option.value.empty()) return "boolean";
  if (option.kind == Kind::integer) return "integer";
  if (option.kind == Kind::number) return "number";
  if (option.kind == Kind::duration) return "duration";
  if (option.value.find("FILE") == std::string::npos) return "text";
  return option.value.find("JSON") == std::string::npos ? "file" : "document";
}

json::Value number_of(double value) {
  if (value == static_cast<double>(static_cast<std::int64_t>(value))) return static_cast<std::int64_t>(value);
  return json::parse(std::to_string(value).substr(0, std::to_string(value).find_last_not_of('0') + 1));
}

/// What a catalog's option says beyond the option made of it.
void add_api_facts(json::Object& object, const api::Option& facts) {
  constexpr std::array<std::string_view, 4> kPlaces = {"query", "header", "json", "multipart"};
  if (facts.min) object.emplace_back("minimum", number_of(*facts.min));
  if (facts.max) object.emplace_back("maximum", number_of(*facts.max));
  object.emplace_back("in", std::string(kPlaces[static_cast<std::size_t>(facts.place)]));
  object.emplace_back("field", std::string(facts.target));
  if (!facts.deprecated.empty()) object.emplace_back("deprecated", std::string(facts.deprecated));
}

json::Value option_json(const Option& option, const api::Command* facts) {
  json::Object object{{"name", option.name}};
  if (option.shorthand != 0) object.emplace_back("shorthand", std::string(1, option.shorthand));
  object.emplace_back("type", option.value.empty() ? "switch" : "value");
  object.emplace_back("value_type", type_of(option));
  if (!option.value.empty()) object.emplace_back("value", option.value);
  object.emplace_back("doc", option.doc);
  if (option.required) object.emplace_back("required", true);
  if (option.repeatable) object.emplace_back("repeatable", true);
  if (option.comma_split) object.emplace_back("comma_separated", true);
  if (!option.range.empty()) object.emplace_back("range", option.range);
  if (!option.fallback.empty()) object.emplace_back("default", option.fallback);
  if (!option.choices.empty()) object.emplace_back("choices", list_of(option.choices));
  if (facts != nullptr) {
    const auto at = std::ranges::find(facts->options, option.name, &api::Option::name);
    if (at != facts->options.end()) add_api_facts(object, *at);
  }
  return object;
}

json::Value options_json(const std::vector<Option>& options, const api::Command* facts = nullptr) {
  json::Array items;
  for (const Option& option : options)
    if (!option.hidden || option.deprecated) items.push_back(option_json(option, facts));
  return items;
}

json::Value arguments_json(const Command& command) {
  json::Array items;
  for (const Positional& positional : command.positionals) {
    json::Object object{{"name", positional.name},
                        {"doc", positional.doc},
                        {"required", positional.required},
                        {"variadic", positional.variadic}};
    if (!positional.choices.empty()) object.emplace_back("choices", list_of(positional.choices));
    items.push_back(std::move(object));
  }
  return items;
}

json::Value poll_json(const api::Poll& poll) {
  return json::Object{{"path", std::string(poll.endpoint)},       {"id", std::string(poll.id_field)},
                      {"status", std::string(poll.status_field)}, {"done", list_of(poll.done)},
                      {"failed", list_of(poll.failed)},           {"follow_up", std::string(poll.follow_up)}};
}

json::Value pages_json(const api::Pagination& pages) {
  return json::Object{{"cursor", std::string(pages.cursor_param)},
                      {"limit", std::string(pages.limit_param)},
                      {"limit_max", pages.limit_max},
                      {"next", std::string(pages.next_cursor)},
                      {"more", std::string(pages.has_more)},
                      {"items", std::string(pages.items)}};
}

json::Value request_json(const api::Command& facts) {
  constexpr std::array<std::string_view, 3> kBodies = {"none", "json", "multipart"};
  json::Object object{{"method", std::string(facts.method)},
                      {"path", std::string(facts.endpoint)},
                      {"body", std::string(kBodies[static_cast<std::size_t>(facts.body)])},
                      {"timeout_seconds", facts.timeout_s}};
  if (!facts.data_only.empty()) object.emplace_back("data_only", list_of(facts.data_only));
  if (!facts.data_only_required.empty()) object.emplace_back("data_only_required", list_of(facts.data_only_required));
  if (!facts.request_schema.empty()) object.emplace_back("request_schema", json::parse(facts.request_schema));
  if (!facts.response_schema.empty()) object.emplace_back("response_schema", json::parse(facts.response_schema));
  return object;
}

const api::Command* facts_of(const Command& command) {
  const std::vector<std::string_view> words(command.words.begin(), command.words.end());
  return api::find(words);
}

json::Value command_json(Services& services, const Command& command) {
  const api::Command* facts = facts_of(command);
  json::Object object{
      {"command", join(command.words, " ")}, {"words", list_of(command.words)}, {"summary", command.summary}};
  if (!command.description.empty()) object.emplace_back("description", command.description);
  if (!command.important.empty()) object.emplace_back("important", command.important);
  object.emplace_back("arguments", arguments_json(command));
  object.emplace_back("options", options_json(command.options(services), facts));
  object.emplace_back("examples", list_of(command.examples));
  if (facts == nullptr) return object;
  object.emplace_back("destructive", facts->destructive);
  object.emplace_back("paginated", facts->pagination != nullptr);
  object.emplace_back("pollable", facts->poll != nullptr);
  object.emplace_back("repeatable_with_key", facts->takes_key);
  object.emplace_back("request", request_json(*facts));
  if (facts->pagination != nullptr) object.emplace_back("pagination", pages_json(*facts->pagination));
  if (facts->poll != nullptr) object.emplace_back("poll", poll_json(*facts->poll));
  return object;
}

json::Value groups_json(const CommandTable& table) {
  json::Array items;
  for (const Group& group : table.groups()) {
    json::Object object{{"words", list_of(group.words)}, {"summary", group.summary}};
    if (!group.important.empty()) object.emplace_back("important", group.important);
    items.push_back(std::move(object));
  }
  return items;
}

json::Value exits_json() {
  json::Array items;
  for (const ExitCode& row : exit_codes())
    items.push_back(json::Object{
        {"exit", static_cast<int>(row.exit)}, {"name", std::string(row.name)}, {"meaning", std::string(row.meaning)}});
  return items;
}

json::Value errors_json() {
  json::Array items;
  for (const ErrorCode& row : error_codes()) {
    json::Object object{
        {"code", std::string(row.code)}, {"meaning", std::string(row.meaning)}, {"exit", static_cast<int>(row.exit)}};
    if (row.status != 0) object.emplace_back("status", row.status);
    items.push_back(std::move(object));
  }
  return items;
}

json::Value variables_json() {
  json::Array items;
  for (const Variable& row : variables())
    items.push_back(json::Object{{"name", std::string(row.name)}, {"meaning", std::string(row.meaning)}});
  return items;
}

json::Value schemas_json() {
  json::Object object;
  for (const api::Schema& schema : api::schemas())
    object.emplace_back(std::string(schema.name), json::parse(schema.text));
  return object;
}

/// How each runs and what it needs. None while they cannot be found, so that the commands are listed in any case.
json::Value providers_json(Services& services) {
  json::Array items;
  try {
    for (const provider::DiscoveredProvider& found : services.discovered())
      items.push_back(json::Object{{"id", found.id},
                                   {"title", found.manifest.title},
                                   {"origin", name_of(found.origin)},
                                   {"usable", found.is_usable()},
                                   {"isolation", name_of(found.isolation.isolation)},
                                   {"isolation_rule", found.isolation.rule},
                                   {"needs", list_of(found.manifest.needs)}});
  } catch (const Error&) {
    items.clear();
  }
  return items;
}

}  // namespace

std::vector<const Command*> listed(const CommandTable& table) {
  std::vector<const Command*> commands;
  for (const Command& command : table.commands())
    if (!command.hidden) commands.push_back(&command);
  std::ranges::sort(commands, {}, &Command::words);
  return commands;
}

namespace {

const std::vector<std::string> kProviders{"providers"};

json::Value document_of(Services& services, const CommandTable& table, Live live) {
  json::Array commands;
  for (const Command* command : listed(table)) {
    if (command->live_options && live == Live::marked)
      commands.emplace_back(live_mark(command->words));
    else
      commands.push_back(command_json(services, *command));
  }
  return json::Object{
      {"$schema", "urn:heygen:schema:commands:1"},
      {"version", std::string(version())},
      {"global_options", options_json(global_options())},
      {"groups", groups_json(table)},
      {"commands", std::move(commands)},
      {"providers", live == Live::marked ? json::Value(live_mark(kProviders)) : providers_json(services)},
      {"exit_codes", exits_json()},
      {"error_codes", errors_json()},
      {"environment", variables_json()},
      {"$defs", schemas_json()}};
}

}  // namespace

json::Value surface(Services& services, const CommandTable& table) {
  return document_of(services, table, Live::filled);
}

std::string marked_surface(Services& services, const CommandTable& table) {
  std::string text = json::write(document_of(services, table, Live::marked));
  std::vector<std::vector<std::string>> marked{kProviders};
  for (const Command& command : table.commands())
    if (command.live_options) marked.push_back(command.words);
  for (const std::vector<std::string>& words : marked) {
    const std::string mark = live_mark(words);
    const std::size_t at = text.find('"' + mark + '"');
    if (at != std::string::npos) text.replace(at, mark.size() + 2, mark);
  }
  return text;
}

std::string surface_part(Services& services, const CommandTable& table, const std::vector<std::string>& words) {
  if (words == kProviders) return json::write(providers_json(services));
  const Command* command = table.find(words);
  return command == nullptr ? std::string{} : json::write(command_json(services, *command));
}

}  // namespace heygen::host::cli
