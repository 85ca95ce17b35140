// SPDX-License-Identifier: Apache-2.0
// A provider that does what call->path tells it, line by line, and logs what the host answered. A line is a verb, a
// space and the rest: "header X-Key value", "http GET https://...", "return 3".
#include <heygen/provider.h>

#include <array>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

std::string_view view(heygen_str text) {
  return {text.data != nullptr ? text.data : "", text.size};
}
heygen_str str(std::string_view text) {
  return {text.data(), text.size()};
}

struct Script {
  const heygen_call* call;
  heygen_status result = HEYGEN_OK;
  heygen_loopback* listener = nullptr;

  template <class Service>
  const Service& service(const char* id) const {
    return *static_cast<const Service*>(call->get_extension(call, str(id)));
  }
  void say(const std::string& text) const {
    service<heygen_log_1_v>(HEYGEN_LOG_1).write(call, HEYGEN_LOG_INFO, str(text));
  }
  void say(heygen_status status) const { say(std::to_string(status)); }
  void say(heygen_status status, heygen_str value) const {
    say(std::to_string(status) + " " + (value.data == nullptr ? "NULL" : std::string(view(value))));
  }
};

std::string take_word(std::string_view& rest) {
  const std::size_t end = rest.find(' ');
  std::string word(rest.substr(0, end));
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return word;
}

std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      const char next = text[++i];
      out += next == 'n' ? '\n' : next == 'r' ? '\r' : next == '0' ? '\0' : next;
    } else {
      out += text[i];
    }
  }
  return out;
}

void header(Script& s, std::string_view rest) {
  const std::string name = unescape(take_word(rest)), value = unescape(rest);
  s.say(s.call->sink->set_header(s.call, str(name), str(value), HEYGEN_SECRET));
}

void many_headers(Script& s, std::string_view rest) {
  const int count = std::atoi(std::string(rest).c_str());
  for (int i = 0; i < count; ++i) {
    const std::string name = "X-" + std::to_string(i);
    s.say(s.call->sink->set_header(s.call, str(name), str("v"), 0));
  }
}

void fail(Script& s, std::string_view rest) {
  std::vector<std::string> parts(1);
  for (const char c : rest) {
    if (c == '|') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  parts.resize(4);
  s.say(s.call->sink->fail(s.call, str(parts[0]), str(parts[1]), str(parts[2]), std::atoi(parts[3].c_str())));
}

void http(Script& s, std::string_view rest) {
  const auto& service = s.service<heygen_http_1_v>(HEYGEN_HTTP_1);
  heygen_http_request request{};
  request.struct_size = sizeof(request);
  const std::string method = take_word(rest), url = take_word(rest), field = unescape(take_word(rest)), body(rest);
  request.method = str(method);
  request.url = str(url);
  request.body = str(body);
  const std::size_t colon = field.find(':');
  const std::string name = field.substr(0, colon), value = colon == std::string::npos ? "" : field.substr(colon + 1);
  const heygen_field header{str(name), str(value), 0, 0};
  request.headers = &header;
  request.header_count = name.empty() || name == "-" ? 0 : 1;
  const heygen_http_response* response = nullptr;
  s.result = service.send(s.call, &request, &response);
  s.say(s.result);
  if (s.result != HEYGEN_OK) return;
  s.say(service.status(response), service.body(response));
  s.say(0, service.header(response, str("x-many")));
  s.say(0, service.header(response, str("x-absent")));
  const heygen_str pause = service.header(response, str("retry-after"));
  if (pause.data != nullptr) s.say(0, pause);
}

/// "http-with MEMBER VALUE METHOD URL": one of the request's options.
void http_with(Script& s, std::string_view rest) {
  const auto& service = s.service<heygen_http_1_v>(HEYGEN_HTTP_1);
  const std::string member = take_word(rest), value = unescape(take_word(rest)), method = take_word(rest), url(rest);
  heygen_http_request request{};
  request.struct_size = sizeof(request);
  request.method = str(method);
  request.url = str(url);
  if (member == "max_body") request.max_body = static_cast<std::size_t>(std::atoi(value.c_str()));
  if (member == "extra_ca") request.extra_ca = str(value);
  if (member == "client_certificate") request.client_certificate = str(value);
  if (member == "unix_socket") request.unix_socket = str(value);
  const heygen_http_response* response = nullptr;
  s.result = service.send(s.call, &request, &response);
  s.say(s.result);
  if (s.result != HEYGEN_OK) return;
  for (std::size_t i = 0; i < service.header_count(response); ++i) {
    heygen_field field{};
    service.header_at(response, i, &field);
    s.say(std::string(view(field.name)) + "=" + std::string(view(field.value)));
  }
  heygen_field none{};
  s.say(service.header_at(response, service.header_count(response), &none));
  service.release(s.call, response);
  service.release(s.call, nullptr);
}

/// Each word is a step of a document: { [ } name:N text:T int:I true false null copy:JSON.
void write_json(Script& s, std::string_view rest) {
  const auto& service = s.service<heygen_json_1_v>(HEYGEN_JSON_1);
  heygen_json_writer* writer = service.writer(s.call);
  std::string statuses;
  for (std::string step = take_word(rest); !step.empty(); step = take_word(rest)) {
    const std::size_t colon = step.find(':');
    const std::string verb = step.substr(0, colon),
                      text = colon == std::string::npos ? "" : unescape(step.substr(colon + 1));
    heygen_status status = HEYGEN_INTERNAL;
    if (verb == "{") status = service.begin_object(writer);
    if (verb == "[") status = service.begin_array(writer);
    if (verb == "}") status = service.end(writer);
    if (verb == "name") status = service.name(writer, str(text));
    if (verb == "text") status = service.put_string(writer, str(text));
    if (verb == "int") status = service.put_int64(writer, std::atol(text.c_str()));
    if (verb == "true" || verb == "false") status = service.put_bool(writer, verb == "true" ? 1 : 0);
    if (verb == "null") status = service.put_null(writer);
    if (verb == "copy") status = service.put_value(writer, service.parse(s.call, str(text)));
    statuses += std::to_string(status);
  }
  const heygen_str document = service.finish(writer);
  s.say(statuses + " " + (document.data == nullptr ? "none" : std::string(view(document))));
}

void decode(Script& s, std::string_view rest) {
  heygen_str data{};
  const heygen_status status = s.service<heygen_hash_1_v>(HEYGEN_HASH_1).base64url_decode(s.call, str(rest), &data);
  s.say(status, data);
}

void long_digests(Script& s, std::string_view) {
  const auto& service = s.service<heygen_hash_1_v>(HEYGEN_HASH_1);
  std::array<std::uint8_t, 64> digest{};
  service.sha384(str("abc"), digest.data());
  std::string out = std::to_string(digest[0]) + " " + std::to_string(digest[47]);
  service.sha512(str("abc"), digest.data());
  s.say(out + " " + std::to_string(digest[0]) + " " + std::to_string(digest[63]));
}

void menu(Script& s, std::string_view rest) {
  const std::string first = take_word(rest), second = take_word(rest);
  const std::array<heygen_str, 2> items{str(first), str(second)};
  std::size_t chosen = 1;
  s.result = s.service<heygen_terminal_1_v>(HEYGEN_TERMINAL_1)
                 .menu(s.call, str("Which?"), items.data(), second.empty() ? 1 : 2, &chosen);
  s.say(std::to_string(s.result) + " " + std::to_string(chosen));
}

std::string describe(const heygen_json_1_v& json, const heygen_json* value) {
  std::string out = std::to_string(json.type(value)) + ":" + std::string(view(json.text(value)));
  for (std::size_t i = 0; i < json.size(value); ++i) {
    out += "[" + std::string(view(json.name_at(value, i))) + "=" + describe(json, json.at(value, i)) + "]";
  }
  return out;
}

void json(Script& s, std::string_view rest) {
  const auto& service = s.service<heygen_json_1_v>(HEYGEN_JSON_1);
  const heygen_json* document = service.parse(s.call, str(rest));
  s.say(document == nullptr ? "NULL" : describe(service, document));
}

void json_int(Script& s, std::string_view rest) {
  const auto& service = s.service<heygen_json_1_v>(HEYGEN_JSON_1);
  std::int64_t number = -1;
  const heygen_status status = service.int64(service.parse(s.call, str(rest)), &number);
  s.say(std::to_string(status) + " " + std::to_string(number));
}

void deep_json(Script& s, std::string_view rest) {
  const auto depth = static_cast<std::size_t>(std::atoi(std::string(rest).c_str()));
  const std::string text = std::string(depth, '[') + std::string(depth, ']');
  s.say(s.service<heygen_json_1_v>(HEYGEN_JSON_1).parse(s.call, str(text)) == nullptr ? "NULL" : "parsed");
}

void hashes(Script& s, std::string_view rest) {
  const auto& service = s.service<heygen_hash_1_v>(HEYGEN_HASH_1);
  std::string digest(32, '\0');
  service.sha256(str(rest), reinterpret_cast<std::uint8_t*>(digest.data()));
  s.say(std::string(view(service.base64url(s.call, str(digest)))));
  service.hmac_sha256(str("key"), str(rest), reinterpret_cast<std::uint8_t*>(digest.data()));
  s.say(std::string(view(service.base64url(s.call, str(digest)))));
  s.say(std::to_string(service.equal(str("same"), str("same"))) +
        std::to_string(service.equal(str("same"), str("sane"))));
}

void random(Script& s, std::string_view rest) {
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(std::atoi(std::string(rest).c_str())));
  const heygen_status status = s.service<heygen_random_1_v>(HEYGEN_RANDOM_1).fill(s.call, bytes.data(), bytes.size());
  s.say(std::to_string(status) + " " + std::to_string(bytes.empty() ? 0 : bytes.front()));
}

void clock(Script& s, std::string_view rest) {
  const auto& service = s.service<heygen_clock_1_v>(HEYGEN_CLOCK_1);
  heygen_time time = 0;
  const heygen_status status = service.parse(s.call, str(rest), &time);
  s.say(status, service.format(s.call, time));
  s.say(std::to_string(service.now(s.call)));
}

void wait(Script& s, std::string_view rest) {
  s.result = s.service<heygen_clock_1_v>(HEYGEN_CLOCK_1)
                 .wait_ms(s.call, static_cast<std::uint32_t>(std::atoi(std::string(rest).c_str())));
  s.say(s.result);
}

void setting(Script& s, std::string_view rest) {
  heygen_str value{};
  s.result = s.service<heygen_settings_1_v>(HEYGEN_SETTINGS_1).get(s.call, str(rest), &value);
  s.say(s.result, value);
}

void variable(Script& s, std::string_view rest) {
  heygen_str value{};
  s.result = s.service<heygen_settings_1_v>(HEYGEN_SETTINGS_1).env(s.call, str(rest), &value);
  s.say(s.result, value);
}

void ask(Script& s, std::string_view rest) {
  const auto& service = s.service<heygen_terminal_1_v>(HEYGEN_TERMINAL_1);
  const std::string kind = take_word(rest);
  heygen_str answer{};
  s.result = kind == "secret" ? service.secret(s.call, str(rest), &answer) : service.prompt(s.call, str(rest), &answer);
  s.say(s.result, answer);
}

void notice(Script& s, std::string_view rest) {
  s.say(s.service<heygen_terminal_1_v>(HEYGEN_TERMINAL_1).notice(s.call, str(unescape(rest))));
}

void browser(Script& s, std::string_view rest) {
  const auto& service = s.service<heygen_browser_1_v>(HEYGEN_BROWSER_1);
  s.say(std::to_string(service.allowed(s.call)));
  s.say(service.open(s.call, str(unescape(rest))));
}

void listen_for(Script& s, std::string_view rest, std::uint32_t milliseconds) {
  const auto& service = s.service<heygen_loopback_1_v>(HEYGEN_LOOPBACK_1);
  heygen_loopback_options options{};
  options.struct_size = sizeof(options);
  options.path = str(rest);
  s.result = service.open(s.call, &options, &s.listener);
  s.say(s.result);
  if (s.result != HEYGEN_OK) return;
  s.service<heygen_terminal_1_v>(HEYGEN_TERMINAL_1).notice(s.call, service.redirect_uri(s.listener));
  s.result = service.wait(s.call, s.listener, milliseconds);
  s.say(s.result, service.param(s.listener, str("code")));
  s.say(0, service.param(s.listener, str("absent")));
}

void listen(Script& s, std::string_view rest) {
  listen_for(s, rest, 60'000);
}

void listen_for_nothing(Script& s, std::string_view rest) {
  listen_for(s, rest, 0);
}

void respond(Script& s, std::string_view rest) {
  s.say(s.service<heygen_loopback_1_v>(HEYGEN_LOOPBACK_1).respond(s.call, s.listener, 1, str(rest)));
}

void other_thread(Script& s, std::string_view) {
  std::thread([&] {
    s.say(s.call->sink->set_refreshable(s.call, 1));
    s.say(std::to_string(s.service<heygen_cancel_1_v>(HEYGEN_CANCEL_1).canceled(s.call)));
  }).join();
}

void canceled(Script& s, std::string_view) {
  const auto& service = s.service<heygen_cancel_1_v>(HEYGEN_CANCEL_1);
  s.say(std::to_string(service.canceled(s.call)) + (service.descriptor(s.call) >= 0 ? " pollable" : ""));
}

void context(Script& s, std::string_view) {
  const heygen_call& c = *s.call;
  s.say(std::string(view(c.host_version)) + " " + std::string(view(c.api_base)) + " " + std::string(view(c.method)) +
        " " + std::to_string(c.reason) + std::to_string(c.interaction) + " " + std::to_string(c.now) + " " +
        std::string(view(c.www_authenticate)) + " " + std::string(view(c.state)));
}

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    for (const int shift : {4, 0}) out += "0123456789abcdef"[(static_cast<unsigned char>(c) >> shift) & 0xF];
  }
  return out;
}

void cache_get(Script& s, std::string_view rest) {
  heygen_str value{};
  heygen_time expires_at = 0;
  const heygen_status status = s.service<heygen_cache_1_v>(HEYGEN_CACHE_1).get(s.call, str(rest), &value, &expires_at);
  s.say(std::to_string(status) + " " + hex(view(value)) + " " + std::to_string(expires_at));
}

void cache_put(Script& s, std::string_view rest) {
  const std::string key = take_word(rest), expires_at = take_word(rest), value = unescape(rest);
  s.say(s.service<heygen_cache_1_v>(HEYGEN_CACHE_1).put(s.call, str(key), str(value), std::atol(expires_at.c_str())));
}

/// So many bytes.
void cache_put_long(Script& s, std::string_view rest) {
  const std::string key = take_word(rest), expires_at = take_word(rest);
  const std::string value(static_cast<std::size_t>(std::atoi(std::string(rest).c_str())), 'x');
  s.say(s.service<heygen_cache_1_v>(HEYGEN_CACHE_1).put(s.call, str(key), str(value), std::atol(expires_at.c_str())));
}

void cache_drop(Script& s, std::string_view rest) {
  s.say(s.service<heygen_cache_1_v>(HEYGEN_CACHE_1).drop(s.call, str(rest)));
}

void key_create(Script& s, std::string_view rest) {
  const std::string name = take_word(rest);
  s.say(s.service<heygen_key_1_v>(HEYGEN_KEY_1).create(s.call, str(name), str(rest)));
}

void key_jwk(Script& s, std::string_view rest) {
  heygen_str jwk{};
  const heygen_status status = s.service<heygen_key_1_v>(HEYGEN_KEY_1).public_jwk(s.call, str(rest), &jwk);
  s.say(status, jwk);
}

void key_thumbprint(Script& s, std::string_view rest) {
  heygen_str thumbprint{};
  const heygen_status status = s.service<heygen_key_1_v>(HEYGEN_KEY_1).thumbprint(s.call, str(rest), &thumbprint);
  s.say(status, thumbprint);
}

void key_sign(Script& s, std::string_view rest) {
  const std::string name = take_word(rest);
  heygen_str signature{};
  const heygen_status status = s.service<heygen_key_1_v>(HEYGEN_KEY_1).sign(s.call, str(name), str(rest), &signature);
  s.say(std::to_string(status) + " " + hex(view(signature)));
}

void request(Script& s, std::string_view rest) {
  const auto& service = s.service<heygen_request_1_v>(HEYGEN_REQUEST_1);
  s.say(std::string(view(service.method(s.call))) + " " + std::string(view(service.url(s.call))));
  std::string digest(32, '\0');
  const heygen_status status = service.body_sha256(s.call, reinterpret_cast<std::uint8_t*>(digest.data()));
  s.say(status, s.service<heygen_hash_1_v>(HEYGEN_HASH_1).base64url(s.call, str(digest)));
  s.say(0, service.refusal_header(s.call, str(rest)));
}

using Verb = std::function<void(Script&, std::string_view)>;

const std::map<std::string, Verb>& verbs() {
  static const std::map<std::string, Verb> kVerbs{
      {"header", header},
      {"headers", many_headers},
      {"state", [](Script& s, std::string_view rest) { s.say(s.call->sink->set_state(s.call, str(rest))); }},
      {"big-state",
       [](Script& s, std::string_view) {
         const std::string text = "{\"a\":\"" + std::string(std::size_t{1} << 20U, 'x') + "\"}";
         s.say(s.call->sink->set_state(s.call, str(text)));
       }},
      {"type", [](Script& s, std::string_view rest) { s.say(s.call->sink->set_type(s.call, str(rest))); }},
      {"source", [](Script& s, std::string_view rest) { s.say(s.call->sink->set_source(s.call, str(rest))); }},
      {"scope", [](Script& s, std::string_view rest) { s.say(s.call->sink->set_scope(s.call, str(unescape(rest)))); }},
      {"expiry",
       [](Script& s, std::string_view rest) {
         s.say(s.call->sink->set_expiry(s.call, std::atol(std::string(rest).c_str())));
       }},
      {"refreshable", [](Script& s, std::string_view) { s.say(s.call->sink->set_refreshable(s.call, 1)); }},
      {"reach",
       [](Script& s, std::string_view rest) {
         s.say(s.call->sink->set_reach(s.call, std::atoi(std::string(rest).c_str())));
       }},
      {"unsound",
       [](Script& s, std::string_view) {
         s.say(s.call->sink->set_header(s.call, {nullptr, 4}, str("v"), 0));
       }},
      {"fail", fail},
      {"http", http},
      {"http-with", http_with},
      {"write-json", write_json},
      {"decode", decode},
      {"long-digests", long_digests},
      {"menu", menu},
      {"form",
       [](Script& s, std::string_view rest) {
         s.say(0, s.service<heygen_http_1_v>(HEYGEN_HTTP_1).form_encode(s.call, str(rest)));
       }},
      {"json", json},
      {"int64", json_int},
      {"deep-json", deep_json},
      {"quote",
       [](Script& s, std::string_view rest) {
         s.say(0, s.service<heygen_json_1_v>(HEYGEN_JSON_1).quote(s.call, str(unescape(rest))));
       }},
      {"hash", hashes},
      {"random", random},
      {"clock", clock},
      {"wait", wait},
      {"log", [](Script& s, std::string_view rest) { s.say(std::string(rest)); }},
      {"setting", setting},
      {"env", variable},
      {"ask", ask},
      {"notice", notice},
      {"browser", browser},
      {"listen", listen},
      {"listen_for_nothing", listen_for_nothing},
      {"respond", respond},
      {"thread", other_thread},
      {"canceled", canceled},
      {"context", context},
      {"cache-get", cache_get},
      {"cache-put", cache_put},
      {"cache-put-long", cache_put_long},
      {"cache-drop", cache_drop},
      {"key-create", key_create},
      {"key-jwk", key_jwk},
      {"key-thumbprint", key_thumbprint},
      {"key-sign", key_sign},
      {"request", request},
      {"profile", [](Script& s, std::string_view) { s.say(0, s.call->profile); }},
      {"extension",
       [](Script& s, std::string_view rest) {
         s.say(s.call->get_extension(s.call, str(rest)) == nullptr ? "NULL" : "known");
       }},
      {"return", [](Script& s, std::string_view rest) { s.result = std::atoi(std::string(rest).c_str()); }},
  };
  return kVerbs;
}

heygen_status HEYGEN_CALL run(const heygen_call* call) {
  Script script{call};
  std::string_view text = view(call->path);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const std::string verb = take_word(line);
    verbs().at(verb)(script, line);
  }
  return script.result;
}

heygen_status HEYGEN_CALL report(const heygen_call* call, const heygen_outcome* outcome) {
  const std::string text = std::to_string(outcome->http_status) + " " + std::to_string(outcome->accepted);
  run(call);
  Script{call}.say(text);
  return HEYGEN_OK;
}

#define TEXT(text) HEYGEN_LITERAL(text)
const heygen_str env[] = {TEXT("PROBE_TOKEN"), TEXT("PROBE_URL")};
const heygen_str credential_env[] = {TEXT("PROBE_TOKEN")};
const heygen_setting all_settings[] = {
    {sizeof(heygen_setting), 0, TEXT("url"), TEXT("url"), TEXT(""), TEXT("Where"), TEXT("PROBE_URL")},
    {sizeof(heygen_setting), 0, TEXT("enabled"), TEXT("bool"), TEXT("false"), TEXT("Whether"), TEXT("")},
    {sizeof(heygen_setting), 0, TEXT("count"), TEXT("int"), TEXT("7"), TEXT("How many"), TEXT("")},
    {sizeof(heygen_setting), 0, TEXT("name"), TEXT("string"), TEXT(""), TEXT("Who"), TEXT("")},
};
const heygen_setting* const settings[] = {&all_settings[0], &all_settings[1], &all_settings[2], &all_settings[3]};
const heygen_str needs[] = {TEXT("plain-http=169.254.169.254")};
const heygen_descriptor descriptor{sizeof(heygen_descriptor),
                                   HEYGEN_PROVIDER_READS_STDIN,
                                   TEXT("probe"),
                                   TEXT("1.0.0"),
                                   TEXT("Probe"),
                                   TEXT("For tests"),
                                   500,
                                   HEYGEN_INTERACTS_TERMINAL | HEYGEN_INTERACTS_BROWSER,
                                   env,
                                   2,
                                   credential_env,
                                   1,
                                   settings,
                                   4,
                                   nullptr,
                                   0,
                                   needs,
                                   1};
const heygen_provider_1 api{sizeof(heygen_provider_1), 0, &descriptor, run, run, run, run, report, nullptr};

}  // namespace

extern "C" const heygen_provider_entry_v heygen_provider_entry = {
    sizeof(heygen_provider_entry_v),
    1,
    1,
    0,
    [](const heygen_host*) -> heygen_status { return HEYGEN_OK; },
    [] {},
    [](std::uint32_t major) -> const void* { return major == 1 ? &api : nullptr; }};
