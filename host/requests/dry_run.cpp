// SPDX-License-Identifier: Apache-2.0
#include "host/requests/dry_run.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "core/auth/resolver.hpp"
#include "core/base/file.hpp"
#include "core/base/known_secrets.hpp"
#include "core/base/text.hpp"
#include "core/json/parse.hpp"
#include "core/json/write.hpp"
#include "core/net/redact.hpp"
#include "core/provider/discovery/registry.hpp"
#include "host/io.hpp"
#include "host/secrets.hpp"
#include "host/transfer/upload.hpp"

namespace heygen::host::requests {
namespace {

constexpr const char* kMark = "***";

void redact(json::Value& value) {
  if (auto* items = value.get_if<json::Array>()) {
    for (json::Value& item : *items) redact(item);
  } else if (auto* members = value.get_if<json::Object>()) {
    for (auto& [name, member] : *members) {
      if (member.is_string() && net::is_secret_name(name))
        member = kMark;
      else
        redact(member);
    }
  } else if (auto* text = value.get_if<std::string>(); text != nullptr && text->find("://") != std::string::npos) {
    *text = net::redact_url(*text);
  }
}

json::Value body_of(const std::string& text) {
  try {
    json::Value body = json::parse(text);
    redact(body);
    return body;
  } catch (const json::ParseError&) {
    if (printable(text, true) == text) return text;
    return json::Object{{"bytes", static_cast<std::int64_t>(text.size())}};
  }
}

json::Value query_of(const transport::ApiRequest& request) {
  json::Value query = json::Object{};
  for (const auto& [given, value] : request.query) {
    const std::string name = request.typed_query ? net::shown_parameter(given) : given;
    const std::string shown = !request.typed_query         ? value
                              : net::is_secret_name(given) ? kMark
                                                           : net::shown_text(value);
    json::Value* before = query.find(name);
    if (before == nullptr)
      query.set(name, shown);
    else if (auto* several = before->get_if<json::Array>())
      several->emplace_back(shown);
    else
      *before = json::Array{*before, shown};
  }
  return query;
}

json::Value headers_of(const net::Headers& headers) {
  json::Value out = json::Object{};
  for (const net::Header& header : net::redact_headers(headers))
    out.set(header.name, net::is_secret_name(header.name) ? kMark : header.value);
  return out;
}

/// Which provider would be asked. Its headers are unknown: it is not loaded.
json::Value credential_of(Services& services) {
  try {
    const std::string id = services.resolver().first_asked();
    if (id.empty()) return json::Object{{"problem", "not logged in: run `heygen auth login` first"}};
    const provider::DiscoveredProvider* found = services.registry().find(id);
    if (found == nullptr) return json::Object{{"problem", "the provider " + printable(id) + " is not installed"}};
    if (!found->is_usable()) return json::Object{{"provider", id}, {"problem", found->reason}};
    return json::Object{{"provider", id}, {"title", found->manifest.title}, {"headers", kMark}};
  } catch (const Error& error) {
    return json::Object{{"problem", error.message()}};
  }
}

/// The request for --human: the first line, headers, the rest.
std::string text_of(const json::Value& document) {
  std::string text = document.string_at("method") + " " + document.string_at("url") + "\n";
  for (const auto& [name, value] : document.find("headers")->as_object())
    text += name + ": " + value.as_string() + "\n";
  const json::Value& credential = *document.find("credential");
  text += "Credential: " +
          (credential.find("problem") == nullptr
               ? credential.string_at("title") + " (" + credential.string_at("provider") + ")"
               : credential.string_at("problem")) +
          "\n";
  if (const json::Value* body = document.find("body")) text += "\n" + json::write(*body) + "\n";
  for (const char* part : {"upload", "then"}) {
    const json::Value* facts = document.find(part);
    if (facts == nullptr) continue;
    text += std::string("\n") + (part == std::string_view("then") ? "And then:" : "With the file:");
    for (const auto& [name, value] : facts->as_object())
      text += "\n  " + name + ": " + (value.is_string() ? value.as_string() : json::write(value));
    text += "\n";
  }
  return printable(text, true);
}

}  // namespace

Option dry_run_option() {
  return {.name = "dry-run", .doc = "Print the request instead of sending it; needs no credential"};
}

void check_dry_run(Services& services) {
  const transport::ClientOptions options = services.client_options();
  transport::ApiClient::check_base(options.base, options.allow_http);
  (void)services.client_headers();
}

void print_dry_run(Services& services, Printer& printer, const transport::ApiRequest& request, const DryRun& facts) {
  const transport::Preview preview = transport::preview(services.client_options(), request);
  json::Value document = json::Object{{"method", request.method},
                                      {"url", request.typed_query ? net::redact_typed_url(preview.url) : preview.url},
                                      {"headers", headers_of(preview.headers)},
                                      {"credential", credential_of(services)},
                                      {"query", query_of(request)}};
  if (facts.body) document.set("body", body_of(*facts.body));
  if (facts.upload) document.set("upload", *facts.upload);
  if (facts.then) document.set("then", *facts.then);
  for (const provider::DiscoveredProvider& found : services.discovered()) {
    for (const std::string& name : found.manifest.credential_env) remember_secret(services.environment.value(name));
  }
  hide_secrets_in(document);
  if (!facts.missing_fields.empty())
    services.terminal.notice("Warning: required fields are missing: " + join(facts.missing_fields, ", ") +
                             ". See --request-schema.");
  if (printer.human()) return printer.print_text(text_of(document));
  printer.print(document);
}

json::Value upload_facts(const std::string& path, const std::string& name) {
  transfer::require_file_name(path);
  json::Object facts{{"field", "file"}};
  if (path == "-") {
    facts.emplace_back("filename", name.empty() ? "stdin" : name);
    facts.emplace_back("source", "stdin");
    return facts;
  }
  std::error_code fault;
  const std::filesystem::file_status status = std::filesystem::status(path, fault);
  if (!std::filesystem::exists(status) || std::filesystem::is_directory(status))
    throw transfer::unreadable_file(
        path, std::filesystem::exists(status) ? "it is a directory" : describe_errno(fault.value()));
  if (std::filesystem::is_regular_file(status) && !open_to_read(path))
    throw transfer::unreadable_file(path, describe_errno(errno));
  facts.emplace_back("filename", name.empty() ? std::filesystem::path(path).filename().string() : name);
  if (std::filesystem::is_regular_file(status))
    facts.emplace_back("size", static_cast<std::int64_t>(std::filesystem::file_size(path, fault)));
  facts.emplace_back("type", "application/octet-stream");
  return facts;
}

}  // namespace heygen::host::requests
