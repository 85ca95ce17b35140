// SPDX-License-Identifier: Apache-2.0
#include "host/commands/api/catalog.hpp"

#include <algorithm>
#include <chrono>

#include "core/api/catalog.hpp"
#include "core/api/engine.hpp"
#include "core/api/job.hpp"
#include "core/api/schema.hpp"
#include "core/auth/session.hpp"
#include "core/base/random.hpp"
#include "core/base/text.hpp"
#include "core/output/style.hpp"
#include "core/transport/api_client.hpp"
#include "core/transport/rules/response_error.hpp"
#include "host/cli/help.hpp"
#include "host/command.hpp"
#include "host/io.hpp"
#include "host/printer.hpp"
#include "host/requests/confirm.hpp"
#include "host/requests/dry_run.hpp"
#include "host/requests/last_words.hpp"
#include "host/requests/pagination.hpp"
#include "host/requests/response.hpp"
#include "host/requests/wait.hpp"
#include "host/services.hpp"
#include "host/transfer/progress.hpp"
#include "host/transfer/upload.hpp"

namespace heygen::host::commands::api {
namespace {

constexpr std::string_view kDefaultWait = "20m";

std::string placeholder_of(const heygen::api::Option& flag) {
  switch (flag.type) {
    case heygen::api::OptionType::boolean:
      return "";
    case heygen::api::OptionType::integer:
    case heygen::api::OptionType::number:
      return "N";
    case heygen::api::OptionType::text:
    case heygen::api::OptionType::text_list:
      break;
  }
  if (flag.place == heygen::api::Place::multipart) return "FILE";
  return flag.choices.empty() ? "TEXT" : "CHOICE";
}

std::string number_text(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

Option option_of(const heygen::api::Option& flag) {
  Option option;
  option.name = flag.name;
  option.value = placeholder_of(flag);
  option.doc = flag.doc;
  if (flag.min && flag.max) option.range = number_text(*flag.min) + " to " + number_text(*flag.max);
  if (flag.min && !flag.max) option.range = "at least " + number_text(*flag.min);
  option.fallback = flag.fallback;
  option.choices = {flag.choices.begin(), flag.choices.end()};
  option.defer_choice_check = true;
  option.repeatable = option.comma_split = flag.type == heygen::api::OptionType::text_list;
  option.required = flag.required;
  option.hidden = option.deprecated = !flag.deprecated.empty();
  option.kind = flag.type == heygen::api::OptionType::integer  ? Kind::integer
                : flag.type == heygen::api::OptionType::number ? Kind::number
                                                               : Kind::text;
  return option;
}

std::vector<Option> options_of(const heygen::api::Command& command) {
  std::vector<Option> options;
  for (const heygen::api::Option& flag : command.options) options.push_back(option_of(flag));
  if (command.pagination != nullptr)
    options.push_back({.name = "all",
                       .doc = "Fetch every page and print all items as one document; --" +
                              std::string(command.pagination->limit_param) + " then limits their number"});
  if (command.body == heygen::api::BodyKind::json)
    options.push_back({.name = "data",
                       .shorthand = 'd',
                       .value = "JSON|FILE|-",
                       .doc = "Request body: a JSON object, a file with one (also as @FILE), or - for stdin; options "
                              "override its fields"});
  if (command.body == heygen::api::BodyKind::multipart)
    options.push_back({.name = "filename",
                       .value = "NAME",
                       .doc = "File name to send; stdin (--file -) has none",
                       .fallback = "its own"});
  if (command.destructive) options.push_back({.name = "force", .doc = "Do not ask for confirmation"});
  if (command.poll != nullptr) {
    options.push_back({.name = "wait", .doc = "Wait until the job is finished and print its result"});
    options.push_back({.name = "timeout",
                       .value = "TIME",
                       .doc = "Longest time to wait, e.g. 90s, 20m or 1h30m",
                       .fallback = std::string(kDefaultWait),
                       .kind = Kind::duration});
  }
  options.push_back(requests::dry_run_option());
  if (!command.request_schema.empty())
    options.push_back({.name = "request-schema",
                       .doc = "Print the JSON Schema of the request body",
                       .makes_positionals_optional = true});
  if (!command.response_schema.empty())
    options.push_back({.name = "response-schema",
                       .doc = "Print the JSON Schema of the response",
                       .makes_positionals_optional = true});
  return options;
}

std::string description_of(const heygen::api::Command& command) {
  std::string text(command.description);
  std::string fields;
  for (const std::string_view field : command.data_only_required) (fields += fields.empty() ? "" : ", ") += field;
  if (!fields.empty())
    text += (text.empty() ? "" : "\n") + ("Required, and settable only with --data: " + fields + ".");
  return text;
}

std::vector<output::Column> columns_of(const heygen::api::Command& command) {
  std::vector<output::Column> columns;
  for (const heygen::api::Column& column : command.columns)
    columns.push_back({std::string(column.field), std::string(column.header)});
  return columns;
}

std::optional<output::Paging> paging_of(const heygen::api::Command& command, bool all) {
  if (command.pagination == nullptr) return std::nullopt;
  const heygen::api::Pagination& facts = *command.pagination;
  return output::Paging{.more = std::string(facts.has_more),
                        .next = std::string(facts.next_cursor),
                        .cursor = std::string(facts.cursor_param),
                        .limit = std::string(facts.limit_param),
                        .all = all};
}

heygen::api::CommandInput input_of(const Cancel& cancel, const heygen::api::Command& command, const Parsed& parsed) {
  heygen::api::CommandInput given;
  given.arguments = parsed.positionals;
  for (const heygen::api::Option& flag : command.options)
    if (parsed.given(flag.name)) given.options[std::string(flag.name)] = parsed.values(flag.name);
  if (command.body == heygen::api::BodyKind::json && parsed.given("data"))
    given.data = read_data(parsed.value("data"), cancel);
  return given;
}

/// The first request, as far as it is known before any input is read.
struct FirstRequest {
  std::string target;
  std::optional<std::string> body{};  ///< empty: not known
};

/// What is wrong with the options is told later.
FirstRequest first_request(Services& services, const heygen::api::Command& command, const Parsed& parsed) {
  transport::ApiRequest request;
  request.path = heygen::api::fill_path(command, parsed.positionals);
  const bool reads = command.body == heygen::api::BodyKind::json && parsed.given("data");
  if (reads || command.body == heygen::api::BodyKind::multipart) return {request.path};
  try {
    heygen::api::CommandInput given = input_of(services.cancel, command, parsed);
    if (command.pagination != nullptr && parsed.is_on("all")) requests::extract_total_limit(command, given);
    const heygen::api::Prepared prepared = heygen::api::prepare(command, given);
    request.query = prepared.query;
    return {transport::request_target(request), prepared.body.value_or("")};
  } catch (const Error&) {
    return {request.path};
  }
}

/// Without a credential nothing else is looked at: the same mistake must not show a different face each time.
void check_credential(Services& services, const heygen::api::Command& command, const Parsed& parsed) {
  const FirstRequest first = first_request(services, command, parsed);
  services.session().check({std::string(command.method), first.target, {}, first.body});
  (void)services.client();
}

void ask_first(Services& services, const heygen::api::Command& command, const Parsed& parsed) {
  if (!command.destructive || parsed.is_on("force")) return;
  std::string typed = "`heygen";
  for (const std::string_view word : command.words) (typed += ' ') += word;
  typed += " " + join(parsed.positionals, " ") + "`";
  requests::confirm({services.terminal, services.cancel}, typed + " cannot be undone. Continue?",
                    requests::confirmation_required(typed));
}

void run_upload(Services& services, Printer& printer, const heygen::api::Command& command,
                transport::ApiRequest request, const Parsed& parsed, const std::string& path) {
  transfer::UploadBody body("file", path, parsed.value("filename"), services.random, services.cancel);
  request.body = &body;
  request.content_type = body.content_type();
  request.upload = true;
  transfer::TransferBar bar({services.terminal, services.environment, services.clock}, "Uploading " + body.name(),
                            body.size());
  request.on_sent = [&](std::uint64_t sent) {
    if (sent == body.size()) return bar.show_message("Sent " + body.name() + ", waiting for the response");
    bar.update(sent);
  };
  request.on_wait = [&] { bar.show_stalled(); };
  const std::string response = requests::send(services.client(), request);
  bar.clear();
  requests::print_result(printer, request, response, columns_of(command));
}

void warn_of_deprecated(Services& services, const heygen::api::Command& command,
                        const heygen::api::CommandInput& given) {
  for (const std::string& sentence : heygen::api::deprecations(command, given))
    services.terminal.notice("Warning: " + sentence);
}

/// The headers of the command's own options. A command that takes a key always has one: a new one for each run is kept
/// over its retries, so that they act once.
void add_headers(transport::ApiRequest& request, const heygen::api::Command& command,
                 const heygen::api::Prepared& prepared, const std::string& new_key) {
  if (command.takes_key) request.idempotency_key = new_key;
  for (const auto& [name, value] : prepared.headers) {
    if (name == heygen::api::kKeyHeader)
      request.idempotency_key = value;
    else
      transport::set_header(request.headers, {name, value});
  }
}

/// What --wait would ask once the job exists.
json::Value polls_of(Services& services, const heygen::api::Poll& poll, const std::string& limit) {
  json::Array done, failed;
  for (const std::string_view state : poll.done) done.emplace_back(state);
  for (const std::string_view state : poll.failed) failed.emplace_back(state);
  return json::Object{{"method", "GET"},
                      {"url", services.api_base() + std::string(poll.endpoint)},
                      {"id", "from " + std::string(poll.id_field) + " of the response"},
                      {"until", std::move(done)},
                      {"failed", std::move(failed)},
                      {"timeout", limit}};
}

/// What --all would ask next.
json::Value pages_of(const heygen::api::Pagination& pages, std::optional<std::int64_t> cap) {
  json::Value next = json::Object{{"repeat", "with " + std::string(pages.cursor_param) + " from " +
                                                 std::string(pages.next_cursor) + " of the response"}};
  if (cap) next.set("items", *cap);
  return next;
}

void dry_run(Services& services, Printer& printer, const heygen::api::Command& command, const Parsed& parsed) {
  static_cast<void>(heygen::api::fill_path(command, parsed.positionals));
  requests::check_dry_run(services);
  requests::DryRun facts;
  heygen::api::CommandInput given = input_of(services.cancel, command, parsed);
  if (command.pagination != nullptr && parsed.is_on("all"))
    facts.then = pages_of(*command.pagination, requests::extract_total_limit(command, given));
  const heygen::api::Prepared prepared = heygen::api::prepare(command, given);
  warn_of_deprecated(services, command, given);
  transport::ApiRequest request;
  request.method = command.method;
  request.path = prepared.path;
  request.query = prepared.query;
  request.headers = services.client_headers();
  add_headers(request, command, prepared, "(a new one for each run)");
  net::TextBody body(prepared.body.value_or(""));
  facts.body = prepared.body;
  facts.missing_fields = heygen::api::missing_fields(command, prepared.body);
  if (command.body == heygen::api::BodyKind::multipart)
    facts.upload = requests::upload_facts(prepared.upload, parsed.value("filename"));
  if (prepared.body || facts.upload) request.body = &body;
  request.content_type = facts.upload ? "multipart/form-data" : "application/json";
  const bool wait = command.poll != nullptr && parsed.is_on("wait");
  if (wait) heygen::api::check_can_wait(command, prepared.body);
  if (wait) facts.then = polls_of(services, *command.poll, parsed.value("timeout", kDefaultWait));
  requests::print_dry_run(services, printer, request, facts);
}

/// "heygen video list" for `heygen video get`; "" when nothing near lists.
std::string list_command_of(const heygen::api::Command& command) {
  std::vector<std::string_view> words(command.words.begin(), command.words.end());
  while (words.size() > 1) {
    words.back() = "list";
    if (heygen::api::find(words) != nullptr) {
      std::string text = "heygen";
      for (const std::string_view word : words) (text += ' ') += word;
      return text;
    }
    words.pop_back();
  }
  return {};
}

void run_unguarded(Services& services, Printer& printer, const heygen::api::Command& command, const Parsed& parsed) {
  if (parsed.is_on("request-schema")) return printer.print_json(heygen::api::schema_document(command.request_schema));
  if (parsed.is_on("response-schema")) return printer.print_json(heygen::api::schema_document(command.response_schema));
  if (parsed.is_on("dry-run")) return dry_run(services, printer, command, parsed);
  check_credential(services, command, parsed);
  heygen::api::CommandInput given = input_of(services.cancel, command, parsed);
  const bool all = command.pagination != nullptr && parsed.is_on("all");
  printer.paging = paging_of(command, all);
  const auto cap = all ? requests::extract_total_limit(command, given) : std::nullopt;
  const heygen::api::Prepared prepared = heygen::api::prepare(command, given);
  const bool wait = command.poll != nullptr && parsed.is_on("wait");
  if (wait) heygen::api::check_can_wait(command, prepared.body);
  warn_of_deprecated(services, command, given);
  ask_first(services, command, parsed);
  if (all)
    return requests::print_all(requests::all_pages_dependencies(services), printer, command, std::move(given), cap,
                               columns_of(command));

  transport::ApiRequest request;
  request.method = command.method;
  request.path = prepared.path;
  request.query = prepared.query;
  request.headers = services.client_headers();
  add_headers(request, command, prepared, command.takes_key ? new_uuid(services.random) : "");
  request.look = heygen::api::look_command(command, parsed.positionals);
  requests::LastWordsScope last_words(services.cancel);
  last_words.say_of(request);
  if (!prepared.upload.empty() || command.body == heygen::api::BodyKind::multipart)
    return run_upload(services, printer, command, std::move(request), parsed, prepared.upload);
  net::TextBody body(prepared.body.value_or(""));
  if (prepared.body) {
    request.body = &body;
    request.content_type = "application/json";
  }
  if (wait) {
    const auto limit = heygen::api::parse_duration(parsed.value("timeout", kDefaultWait));
    return requests::run_and_wait(services, printer, command, std::move(request), limit.value());
  }
  requests::send_and_print(services.client(), printer, request, columns_of(command));
}

void run_catalog(Services& services, Printer& printer, const heygen::api::Command& command, const Parsed& parsed) {
  try {
    run_unguarded(services, printer, command, parsed);
  } catch (Error& error) {
    error.hint = transport::with_list_command(error.hint, list_command_of(command));
    throw;
  }
}

Command command_of(const heygen::api::Command& facts) {
  Command command;
  command.words = {facts.words.begin(), facts.words.end()};
  command.summary = facts.summary;
  command.description = description_of(facts);
  command.examples = {std::string(facts.example)};
  for (const heygen::api::Argument& argument : facts.arguments)
    command.positionals.push_back({.name = std::string(argument.name), .doc = std::string(argument.doc)});
  command.hidden = facts.hidden;
  command.options = [&facts](Services&) { return options_of(facts); };
  command.run = [&facts](Services& services, Printer& printer, const Parsed& parsed) {
    run_catalog(services, printer, facts, parsed);
  };
  return command;
}

void add_alias(CommandTable& table, const heygen::api::Alias& alias) {
  const heygen::api::Command* target = heygen::api::find(alias.target);
  Command command = command_of(*target);
  const std::string now = "heygen " + join(command.words, " ");
  command.words = {alias.words.begin(), alias.words.end()};
  const std::string then = "heygen " + join(command.words, " ");
  command.hidden = true;
  command.run = [target, notice = "Warning: `" + then + "` is deprecated and will be removed; use `" + now + "`."](
                    Services& services, Printer& printer, const Parsed& parsed) {
    services.terminal.notice(notice);
    run_catalog(services, printer, *target, parsed);
  };
  table.add(std::move(command));
}

}  // namespace

void add_catalog_commands(CommandTable& table, std::string_view word) {
  const auto is_wanted = [word](std::string_view first) { return word.empty() || word == first; };
  for (const heygen::api::Group& group : heygen::api::groups())
    if (is_wanted(group.word))
      table.add_group({.words = {std::string(group.word)}, .summary = std::string(group.summary), .important = ""});
  for (const heygen::api::Command& command : heygen::api::commands())
    if (is_wanted(command.words.front())) table.add(command_of(command));
  for (const heygen::api::Alias& alias : heygen::api::aliases())
    if (is_wanted(alias.words.front())) add_alias(table, alias);
}

}  // namespace heygen::host::commands::api
