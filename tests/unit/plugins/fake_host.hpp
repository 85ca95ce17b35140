// A host for one provider: every service scripted, every answer kept. What a test did not expect fails it.
#pragma once

#include <heygen/provider.hpp>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/clock.hpp"
#include "core/json/value.hpp"

namespace heygen::plugins::test {

using Pairs = std::vector<std::pair<std::string, std::string>>;

inline std::string base64url(std::string_view data) {
  std::string out((data.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(data.data()), static_cast<int>(data.size()));
  out.resize(static_cast<std::size_t>(size));
  while (out.ends_with('=')) out.pop_back();
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out;
}

inline std::string sha256(std::string_view data) {
  std::string out(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(data.data()), data.size(),
         reinterpret_cast<unsigned char*>(out.data()));
  return out;
}

inline std::string form_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || std::strchr("-._*", c) != nullptr;
    char hex[4];
    std::snprintf(hex, sizeof hex, "%%%02X", static_cast<unsigned char>(c));
    if (c == ' ') {
      out += '+';
    } else if (plain && c != '\0') {
      out += c;
    } else {
      out += hex;
    }
  }
  return out;
}

/// In order of appearance.
inline Pairs form_decode(std::string_view form) {
  const auto decode = [](std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '%') {
        out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
        i += 2;
      } else {
        out += text[i] == '+' ? ' ' : text[i];
      }
    }
    return out;
  };
  Pairs pairs;
  while (!form.empty()) {
    const std::string_view one = form.substr(0, form.find('&'));
    const auto equals = one.find('=');
    pairs.emplace_back(decode(one.substr(0, equals)), decode(one.substr(equals + 1)));
    form.remove_prefix(std::min(form.size(), one.size() + 1));
  }
  return pairs;
}

inline std::string value_of(const Pairs& pairs, std::string_view name) {
  for (const auto& [key, value] : pairs) {
    if (key == name) return value;
  }
  return "(none)";
}

inline std::string names_of(const Pairs& pairs) {
  std::string out;
  for (const auto& [key, value] : pairs) out += (out.empty() ? "" : " ") + key;
  return out;
}

struct Sent {
  std::string method, url, body;
  Pairs headers, form;
  std::uint32_t timeout_ms = 0;
};

struct Scripted {
  int status = 200;
  std::string body;
  Pairs headers;
  heygen_status failure = HEYGEN_OK;  ///< instead of a reply
  std::int64_t takes_ms = 0;
};

/// Says what fail() said, and what else the provider answered.
struct Said {
  heygen_status status = HEYGEN_INTERNAL;
  std::map<std::string, std::string> headers;
  std::optional<json::Value> patch;
  std::string type, source = "file", scope, code, message, hint;
  std::optional<heygen_time> expiry;
  std::optional<bool> refreshable;
  std::int32_t retry_after = 0;
  bool failed = false;

  std::string patched(std::string_view name) const {
    const json::Value* value = patch ? patch->find(name) : nullptr;
    return value == nullptr ? "(absent)" : value->is_string() ? value->as_string() : json::write(*value);
  }
};

}  // namespace heygen::plugins::test

struct heygen_http_response {
  heygen::plugins::test::Scripted reply;
};

namespace heygen::plugins::test {

class FakeHost {
 public:
  explicit FakeHost(const heygen_provider_entry_v& entry) : entry_(entry) {
    BOOST_REQUIRE_EQUAL(entry_.init(nullptr), HEYGEN_OK);
    api_ = static_cast<const heygen_provider_1*>(entry_.get_api(1));
    BOOST_REQUIRE(api_ != nullptr);
  }
  ~FakeHost() { entry_.deinit(); }
  FakeHost(const FakeHost&) = delete;

  // What the test sets up.
  std::map<std::string, std::string, std::less<>> settings, environment;
  json::Value state = json::Object{};
  std::deque<Scripted> replies;
  /// Asked for when `replies` is empty.
  std::function<Scripted(const Sent&)> server;
  heygen_time now = 1'900'000'000;
  std::int64_t monotonic = 1'000;
  std::int64_t cancel_at = -1;  ///< monotonic time at which the user stops the command
  bool interactive = true, browser_allowed = true;
  heygen_status browser_status = HEYGEN_OK;
  std::string secret_input;
  heygen_status secret_status = HEYGEN_OK;
  /// The redirect's parameters, made when the browser comes; $state is the state of the URL that was shown.
  Pairs callback;
  heygen_status callback_status = HEYGEN_OK;
  std::string missing_service;

  // What happened.
  std::vector<Sent> sent;
  std::vector<std::string> events, notices, opened;
  std::vector<std::uint32_t> waits;
  std::optional<bool> page;  ///< what the browser was told: success or not
  std::string listen_path;
  std::uint32_t callback_timeout = 0;
  static constexpr std::string_view kRedirect = "http://127.0.0.1:54321/oauth/callback";

  const heygen_provider_1& api() const { return *api_; }
  const heygen_descriptor& descriptor() const { return *api_->descriptor; }

  Said resolve(heygen_reason reason = HEYGEN_REASON_FIRST_USE) { return run(api_->resolve, reason); }
  Said refresh() { return run(api_->refresh, HEYGEN_REASON_NEAR_EXPIRY); }
  Said login() { return run(api_->login, HEYGEN_REASON_LOGIN); }
  Said revoke(heygen_reason reason = HEYGEN_REASON_LOGOUT) { return run(api_->revoke, reason); }

  /// login(), and the state changed as a host would.
  Said login_and_save() { return save(login()); }
  Said refresh_and_save() { return save(refresh()); }

  Said run(heygen_status(HEYGEN_CALL* function)(const heygen_call*), heygen_reason reason) {
    said_ = {};
    state_text_ = json::write(state);
    heygen_call call = make_call(reason);
    const heygen_status status = function(&call);
    said_.status = status;
    return said_;
  }

  heygen_call make_call(heygen_reason reason) {
    heygen_call call{};
    call.struct_size = sizeof call;
    call.host_major = 1;
    call.host = this;
    call.sink = &kSink;
    call.get_extension = &get_extension;
    call.reason = reason;
    call.interaction = HEYGEN_INTERACTION_ALWAYS;
    call.now = now;
    call.host_version = sdk::view("1.0.0");
    call.api_base = sdk::view("https://api.heygen.com");
    call.state = sdk::view(state_text_);
    return call;
  }

  std::string shown_url() const {
    for (const std::string& line : notices) {
      if (line.find("response_type=code") != std::string::npos) return line;
    }
    return {};
  }
  Pairs shown_query() const {
    const std::string url = shown_url();
    return form_decode(std::string_view(url).substr(url.find('?') + 1));
  }

 private:
  Said save(Said said) {
    if (said.status == HEYGEN_OK && said.patch) json::merge_patch(state, *said.patch);
    return said;
  }

  static FakeHost& of(const heygen_call* call) { return *static_cast<FakeHost*>(call->host); }
  heygen_str keep(std::string text) {
    texts_.push_back(std::move(text));
    return sdk::view(texts_.back());
  }

  // ---- sink
  static heygen_status HEYGEN_CALL set_header(const heygen_call* call, heygen_str name, heygen_str value,
                                              std::uint32_t flags) {
    BOOST_TEST(flags == std::uint32_t{HEYGEN_SECRET});
    of(call).said_.headers[std::string(sdk::text(name))] = sdk::text(value);
    return HEYGEN_OK;
  }
  static heygen_status HEYGEN_CALL set_state(const heygen_call* call, heygen_str patch) {
    json::Value& all = of(call).said_.patch.emplace(json::Object{});
    all = json::parse(sdk::text(patch));
    return all.is_object() ? HEYGEN_OK : HEYGEN_USAGE;
  }
  static heygen_status HEYGEN_CALL set_type(const heygen_call* call, heygen_str type) {
    of(call).said_.type = sdk::text(type);
    return HEYGEN_OK;
  }
  static heygen_status HEYGEN_CALL set_source(const heygen_call* call, heygen_str source) {
    of(call).said_.source = sdk::text(source);
    return HEYGEN_OK;
  }
  static heygen_status HEYGEN_CALL set_scope(const heygen_call* call, heygen_str scope) {
    of(call).said_.scope = sdk::text(scope);
    return HEYGEN_OK;
  }
  static heygen_status HEYGEN_CALL set_expiry(const heygen_call* call, heygen_time at) {
    of(call).said_.expiry = at;
    return HEYGEN_OK;
  }
  static heygen_status HEYGEN_CALL set_refreshable(const heygen_call* call, std::int32_t on) {
    of(call).said_.refreshable = on != 0;
    return HEYGEN_OK;
  }
  static heygen_status HEYGEN_CALL set_reach(const heygen_call*, heygen_reach) { return HEYGEN_OK; }
  static heygen_status HEYGEN_CALL fail(const heygen_call* call, heygen_str code, heygen_str message, heygen_str hint,
                                        std::int32_t retry_after) {
    Said& said = of(call).said_;
    said.failed = true;
    said.code = sdk::text(code);
    said.message = sdk::text(message);
    said.hint = sdk::text(hint);
    said.retry_after = retry_after;
    return HEYGEN_OK;
  }
  static constexpr heygen_sink kSink = {
      sizeof(heygen_sink), 0,          set_header,      set_state, set_type, set_source,
      set_scope,           set_expiry, set_refreshable, set_reach, fail};

  // ---- heygen.http/1
  static heygen_status HEYGEN_CALL send(const heygen_call* call, const heygen_http_request* request,
                                        const heygen_http_response** response) {
    FakeHost& host = of(call);
    Sent sent{std::string(sdk::text(request->method)), std::string(sdk::text(request->url)),
              std::string(sdk::text(request->body)),   {},
              form_decode(sdk::text(request->body)),   request->timeout_ms};
    for (std::size_t i = 0; i < request->header_count; ++i) {
      sent.headers.emplace_back(sdk::text(request->headers[i].name), sdk::text(request->headers[i].value));
    }
    host.sent.push_back(sent);
    host.events.push_back("send " + sent.url);
    Scripted reply;
    if (!host.replies.empty()) {
      reply = host.replies.front();
      host.replies.pop_front();
    } else if (host.server) {
      reply = host.server(sent);
    } else {
      BOOST_ERROR("no reply is scripted for " + sent.url);
      return HEYGEN_INTERNAL;
    }
    host.monotonic += reply.takes_ms;
    host.now += reply.takes_ms / 1000;
    if (reply.failure == HEYGEN_TRANSIENT) fail(call, {}, sdk::view("host: no reply"), {}, 0);
    if (reply.failure != HEYGEN_OK) return reply.failure;
    host.responses_.push_back({reply});
    *response = &host.responses_.back();
    return HEYGEN_OK;
  }
  static std::int32_t HEYGEN_CALL http_status(const heygen_http_response* response) { return response->reply.status; }
  static heygen_str HEYGEN_CALL http_body(const heygen_http_response* response) {
    return sdk::view(response->reply.body);
  }
  static heygen_str HEYGEN_CALL http_header(const heygen_http_response* response, heygen_str name) {
    for (const auto& [key, value] : response->reply.headers) {
      if (key == sdk::text(name)) return sdk::view(value);
    }
    return {};
  }
  static heygen_str HEYGEN_CALL http_form(const heygen_call* call, heygen_str text) {
    return of(call).keep(form_encode(sdk::text(text)));
  }
  static constexpr heygen_http_1_v kHttp = {
      sizeof(heygen_http_1_v), 0, send, http_status, http_body, http_header, http_form};

  // ---- heygen.json/1
  static const json::Value* raw(const heygen_json* value) { return reinterpret_cast<const json::Value*>(value); }
  static const heygen_json* wrap(const json::Value* value) { return reinterpret_cast<const heygen_json*>(value); }
  static const heygen_json* HEYGEN_CALL json_parse(const heygen_call* call, heygen_str text) {
    try {
      FakeHost& host = of(call);
      host.documents_.push_back(json::parse(sdk::text(text)));
      return wrap(&host.documents_.back());
    } catch (const json::ParseError&) {
      return nullptr;
    }
  }
  static std::int32_t HEYGEN_CALL json_type(const heygen_json* value) {
    const json::Value* v = raw(value);
    if (v == nullptr || v->is_null()) return HEYGEN_JSON_NULL;
    if (v->is_bool()) return HEYGEN_JSON_BOOL;
    if (v->is_number()) return HEYGEN_JSON_NUMBER;
    if (v->is_string()) return HEYGEN_JSON_STRING;
    return v->is_array() ? HEYGEN_JSON_ARRAY : HEYGEN_JSON_OBJECT;
  }
  static std::size_t HEYGEN_CALL json_size(const heygen_json* value) {
    const json::Value* v = raw(value);
    return v->is_array() ? v->as_array().size() : v->is_object() ? v->as_object().size() : 0;
  }
  static const heygen_json* HEYGEN_CALL json_member(const heygen_json* value, heygen_str name) {
    return wrap(raw(value)->find(sdk::text(name)));
  }
  static const heygen_json* HEYGEN_CALL json_at(const heygen_json* value, std::size_t index) {
    const json::Value* v = raw(value);
    return wrap(v->is_array() ? &v->as_array()[index] : &v->as_object()[index].second);
  }
  static heygen_str HEYGEN_CALL json_name_at(const heygen_json* value, std::size_t index) {
    return sdk::view(raw(value)->as_object()[index].first);
  }
  static heygen_str HEYGEN_CALL json_text(const heygen_json* value) {
    const json::Value* v = raw(value);
    if (v->is_string()) return sdk::view(v->as_string());
    if (v->is_number()) return sdk::view(v->as_number().text);
    if (v->is_bool()) return sdk::view(v->as_bool() ? "true" : "false");
    return {};
  }
  static heygen_status HEYGEN_CALL json_int64(const heygen_json* value, std::int64_t* out) {
    const auto number = raw(value)->to_int64();
    if (!number) return HEYGEN_USAGE;
    *out = *number;
    return HEYGEN_OK;
  }
  static heygen_str HEYGEN_CALL json_quote(const heygen_call* call, heygen_str text) {
    return of(call).keep(json::quote(sdk::text(text)));
  }
  static constexpr heygen_json_1_v kJson = {sizeof(heygen_json_1_v),
                                            0,
                                            json_parse,
                                            json_type,
                                            json_size,
                                            json_member,
                                            json_at,
                                            json_name_at,
                                            json_text,
                                            json_int64,
                                            json_quote};

  // ---- heygen.hash/1, heygen.random/1, heygen.clock/1
  static void HEYGEN_CALL hash_sha256(heygen_str data, std::uint8_t* out) {
    std::memcpy(out, sha256(sdk::text(data)).data(), 32);
  }
  static void HEYGEN_CALL hash_hmac(heygen_str key, heygen_str data, std::uint8_t* out) {
    HMAC(EVP_sha256(), key.data, static_cast<int>(key.size), reinterpret_cast<const unsigned char*>(data.data),
         data.size, out, nullptr);
  }
  static heygen_str HEYGEN_CALL hash_base64url(const heygen_call* call, heygen_str data) {
    return of(call).keep(base64url(sdk::text(data)));
  }
  static std::int32_t HEYGEN_CALL hash_equal(heygen_str left, heygen_str right) {
    return sdk::text(left) == sdk::text(right) ? 1 : 0;
  }
  static constexpr heygen_hash_1_v kHash = {sizeof(heygen_hash_1_v), 0,         hash_sha256, hash_hmac,
                                            hash_base64url,          hash_equal};

  static heygen_status HEYGEN_CALL random_fill(const heygen_call* call, std::uint8_t* out, std::size_t size) {
    FakeHost& host = of(call);
    host.random_sizes.push_back(size);
    for (std::size_t i = 0; i < size; ++i) out[i] = host.next_random_++;
    return HEYGEN_OK;
  }
  static constexpr heygen_random_1_v kRandom = {sizeof(heygen_random_1_v), 0, random_fill};

  static heygen_time HEYGEN_CALL clock_now(const heygen_call* call) { return of(call).now; }
  static std::int64_t HEYGEN_CALL clock_monotonic(const heygen_call* call) { return of(call).monotonic; }
  static heygen_status HEYGEN_CALL clock_wait(const heygen_call* call, std::uint32_t milliseconds) {
    FakeHost& host = of(call);
    host.waits.push_back(milliseconds);
    host.monotonic += milliseconds;
    host.now += milliseconds / 1000;
    return host.cancel_at >= 0 && host.monotonic >= host.cancel_at ? HEYGEN_CANCELLED : HEYGEN_OK;
  }
  static heygen_str HEYGEN_CALL clock_format(const heygen_call* call, heygen_time time) {
    return of(call).keep(format_time(time));
  }
  static heygen_status HEYGEN_CALL clock_parse(const heygen_call*, heygen_str text, heygen_time* out) {
    const auto time = parse_time(sdk::text(text));
    if (!time) return HEYGEN_USAGE;
    *out = *time;
    return HEYGEN_OK;
  }
  static constexpr heygen_clock_1_v kClock = {
      sizeof(heygen_clock_1_v), 0, clock_now, clock_monotonic, clock_wait, clock_format, clock_parse};

  // ---- heygen.loopback/1: the host itself is the one listener.
  static FakeHost& of(const heygen_loopback* listener) {
    return *reinterpret_cast<FakeHost*>(const_cast<heygen_loopback*>(listener));
  }
  static heygen_status HEYGEN_CALL loopback_open(const heygen_call* call, heygen_str path, heygen_loopback** listener) {
    of(call).listen_path = sdk::text(path);
    of(call).events.push_back("listen");
    *listener = reinterpret_cast<heygen_loopback*>(&of(call));
    return HEYGEN_OK;
  }
  static heygen_str HEYGEN_CALL loopback_uri(const heygen_loopback*) { return sdk::view(kRedirect); }
  static heygen_status HEYGEN_CALL loopback_wait(const heygen_call* call, heygen_loopback*, std::uint32_t timeout_ms) {
    FakeHost& host = of(call);
    host.events.push_back("wait");
    host.callback_timeout = timeout_ms;
    for (auto& [name, value] : host.callback) {
      if (value == "$state") value = value_of(host.shown_query(), "state");
    }
    return host.callback_status;
  }
  static heygen_str HEYGEN_CALL loopback_param(const heygen_loopback* listener, heygen_str name) {
    for (const auto& [key, value] : of(listener).callback) {
      if (key == sdk::text(name)) return sdk::view(value);
    }
    return {};
  }
  static heygen_status HEYGEN_CALL loopback_respond(const heygen_call* call, heygen_loopback*, std::int32_t success,
                                                    heygen_str) {
    BOOST_TEST(!of(call).page.has_value());
    of(call).page = success != 0;
    of(call).events.push_back(success != 0 ? "page ok" : "page failed");
    return HEYGEN_OK;
  }
  static constexpr heygen_loopback_1_v kLoopback = {
      sizeof(heygen_loopback_1_v), 0, loopback_open, loopback_uri, loopback_wait, loopback_param, loopback_respond};

  // ---- heygen.browser/1, heygen.terminal/1
  static std::int32_t HEYGEN_CALL browser_is_allowed(const heygen_call* call) {
    return of(call).browser_allowed ? 1 : 0;
  }
  static heygen_status HEYGEN_CALL browser_open(const heygen_call* call, heygen_str url) {
    of(call).events.push_back("browser");
    of(call).opened.emplace_back(sdk::text(url));
    return of(call).browser_status;
  }
  static constexpr heygen_browser_1_v kBrowser = {sizeof(heygen_browser_1_v), 0, browser_is_allowed, browser_open};

  static std::int32_t HEYGEN_CALL terminal_interactive(const heygen_call* call) { return of(call).interactive ? 1 : 0; }
  static heygen_status HEYGEN_CALL terminal_notice(const heygen_call* call, heygen_str text) {
    of(call).events.push_back("notice");
    of(call).notices.emplace_back(sdk::text(text));
    return HEYGEN_OK;
  }
  static heygen_status HEYGEN_CALL terminal_secret(const heygen_call* call, heygen_str, heygen_str* answer) {
    *answer = sdk::view(of(call).secret_input);
    return of(call).secret_status;
  }
  static heygen_status HEYGEN_CALL terminal_prompt(const heygen_call*, heygen_str, heygen_str*) {
    BOOST_ERROR("nothing here asks for echoed input");
    return HEYGEN_NEEDS_USER;
  }
  static constexpr heygen_terminal_1_v kTerminal = {
      sizeof(heygen_terminal_1_v), 0, terminal_interactive, terminal_notice, terminal_prompt, terminal_secret};

  // ---- heygen.settings/1: knows what the descriptor declares, nothing else.
  static heygen_status HEYGEN_CALL settings_get(const heygen_call* call, heygen_str key, heygen_str* value) {
    FakeHost& host = of(call);
    for (std::size_t i = 0; i < host.descriptor().settings_count; ++i) {
      const heygen_setting& setting = host.descriptor().settings[i];
      if (sdk::text(setting.key) != sdk::text(key)) continue;
      const auto variable = host.environment.find(sdk::text(setting.env));
      const auto file = host.settings.find(sdk::text(key));
      *value = variable != host.environment.end() && !variable->second.empty() ? sdk::view(variable->second)
               : file != host.settings.end()                                   ? sdk::view(file->second)
                                                                               : setting.fallback;
      return value->size == 0 ? HEYGEN_NOT_CONFIGURED : HEYGEN_OK;
    }
    BOOST_ERROR("undeclared setting " + std::string(sdk::text(key)));
    return HEYGEN_USAGE;
  }
  static heygen_status HEYGEN_CALL settings_env(const heygen_call* call, heygen_str name, heygen_str* value) {
    FakeHost& host = of(call);
    for (std::size_t i = 0; i < host.descriptor().env_count; ++i) {
      if (sdk::text(host.descriptor().env[i]) != sdk::text(name)) continue;
      const auto variable = host.environment.find(sdk::text(name));
      if (variable == host.environment.end() || variable->second.empty()) return HEYGEN_NOT_CONFIGURED;
      *value = sdk::view(variable->second);
      return HEYGEN_OK;
    }
    BOOST_TEST_MESSAGE("undeclared variable " + std::string(sdk::text(name)));
    return HEYGEN_USAGE;
  }
  static constexpr heygen_settings_1_v kSettings = {sizeof(heygen_settings_1_v), 0, settings_get, settings_env};

  static const void* HEYGEN_CALL get_extension(const heygen_call* call, heygen_str id) {
    const std::string_view name = sdk::text(id);
    if (name == of(call).missing_service) return nullptr;
    const std::pair<std::string_view, const void*> services[] = {
        {HEYGEN_HTTP_1, &kHttp},       {HEYGEN_JSON_1, &kJson},         {HEYGEN_HASH_1, &kHash},
        {HEYGEN_RANDOM_1, &kRandom},   {HEYGEN_CLOCK_1, &kClock},       {HEYGEN_LOOPBACK_1, &kLoopback},
        {HEYGEN_BROWSER_1, &kBrowser}, {HEYGEN_TERMINAL_1, &kTerminal}, {HEYGEN_SETTINGS_1, &kSettings}};
    for (const auto& [known, service] : services) {
      if (known == name) return service;
    }
    return nullptr;
  }

 public:
  std::vector<std::size_t> random_sizes;

 private:
  heygen_provider_entry_v entry_;
  const heygen_provider_1* api_ = nullptr;
  Said said_;
  std::string state_text_;
  std::deque<std::string> texts_;
  std::deque<json::Value> documents_;
  std::deque<heygen_http_response> responses_;
  std::uint8_t next_random_ = 0;
};

}  // namespace heygen::plugins::test
