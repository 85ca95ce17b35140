// SPDX-License-Identifier: Apache-2.0
#include "host/commands/api/api.hpp"

#include <algorithm>

#include "core/api/engine.hpp"
#include "core/api/job.hpp"
#include "core/auth/session.hpp"
#include "core/base/text.hpp"
#include "core/json/compact.hpp"
#include "core/json/parse.hpp"
#include "core/json/value.hpp"
#include "core/transport/api_client.hpp"
#include "core/transport/header/request_header.hpp"
#include "core/transport/rules/response_error.hpp"
#include "host/command.hpp"
#include "host/io.hpp"
#include "host/printer.hpp"
#include "host/requests/confirm.hpp"
#include "host/requests/dry_run.hpp"
#include "host/requests/last_words.hpp"
#include "host/requests/response.hpp"
#include "host/requests/target.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::api {
namespace {

std::vector<Option> options_of(Services&) {
  return {
      {.name = "data",
       .shorthand = 'd',
       .value = "JSON|FILE|-",
       .doc = "Request body: JSON, a file (also as @FILE), or - for stdin"},
      {.name = "query", .value = "NAME=VALUE", .doc = "Add a query parameter", .repeatable = true},
      {.name = "header", .value = "NAME:VALUE", .doc = "Add a request header", .repeatable = true},
      {.name = "force", .doc = "Do not ask for confirmation of DELETE"},
      requests::dry_run_option(),
  };
}

/// Takes Content-Type out of `headers`; "application/json" without one.
std::string take_content_type(net::Headers& headers) {
  const auto at =
      std::ranges::find_if(headers, [](const auto& header) { return iequals(header.name, "Content-Type"); });
  if (at == headers.end()) return "application/json";
  std::string type = at->value;
  headers.erase(at);
  return type;
}

/// JSON is checked here, so that a typing error does not cost a request; other types are sent as they are.
std::string body_of(const Cancel& cancel, const Parsed& parsed, const std::string& content_type) {
  std::string text = read_data(parsed.value("data"), cancel);
  if (!to_lower(content_type).starts_with("application/json")) return text;
  try {
    return json::compact(text);
  } catch (const json::ParseError& fault) {
    throw heygen::api::invalid_data(fault);
  }
}

void run_api(Services& services, Printer& printer, const Parsed& parsed) {
  requests::Target target = requests::parse_target(parsed.positionals[0], parsed.positionals[1], services.api_base());
  for (const std::string& text : parsed.values("query")) target.query.push_back(requests::parse_query_option(text));
  transport::ApiRequest request;
  for (const std::string& text : parsed.values("header")) request.headers.push_back(transport::parse_free_header(text));
  request.method = target.method;
  request.path = target.path;
  request.query = target.query;
  request.typed_query = true;
  const bool dry = parsed.is_on("dry-run");
  if (dry) {
    requests::check_dry_run(services);
  } else {
    heygen::auth::RequestInfo first{request.method, transport::request_target(request)};
    if (parsed.given("data")) first.body.reset();
    services.session().check(first);
    (void)services.client();
  }
  for (const net::Header& header : services.client_headers()) request.headers.push_back(header);

  requests::DryRun facts;
  net::TextBody body("");
  if (parsed.given("data")) {
    request.content_type = take_content_type(request.headers);
    std::string text = body_of(services.cancel, parsed, request.content_type);
    if (dry) facts.body = text;
    body = net::TextBody(std::move(text));
    request.body = &body;
  }
  if (dry) return requests::print_dry_run(services, printer, request, facts);
  if (request.method == "DELETE" && !parsed.is_on("force")) {
    const std::string what = "DELETE " + request.path;
    requests::confirm({services.terminal, services.cancel}, what + " cannot be undone. Continue?",
                      requests::confirmation_required(what));
  }
  request.look = heygen::api::look_command(request.method, request.path);
  requests::LastWordsScope last_words(services.cancel);
  last_words.say_of(request);
  try {
    requests::send_and_print(services.client(), printer, request);
  } catch (Error& error) {
    error.hint = transport::with_list_command(error.hint, {});
    throw;
  }
}

}  // namespace

Command api_command() {
  Command command;
  command.words = {"api"};
  command.summary = "Send a request to any endpoint of the API";
  command.description =
      "For endpoints without a command. The credential, retries and errors are those of the other commands.";
  command.examples = {"heygen api GET /v3/videos --query limit=5",
                      R"(heygen api POST /v3/voices/speech -d '{"text":"Hello!","voice_id":"voice_123"}')"};
  command.positionals = {{.name = "method",
                          .doc = "GET, POST, PUT, PATCH, DELETE or HEAD",
                          .choices = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"}},
                         {.name = "path", .doc = "Path of the endpoint, e.g. /v3/videos"}};
  command.options = options_of;
  command.run = run_api;
  return command;
}

}  // namespace heygen::host::commands::api
