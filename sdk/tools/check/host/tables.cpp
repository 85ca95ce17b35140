// SPDX-License-Identifier: Apache-2.0
// The services as a provider gets them: the host's own, which note what the check wants to know, and write to the
// trace.
#include <algorithm>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <string>

#include "core/net/url.hpp"
#include "core/provider/abi.hpp"
#include "core/provider/call/host_permission.hpp"
#include "core/provider/call/sink.hpp"
#include "core/provider/needs.hpp"
#include "core/provider/service/services.hpp"
#include "sdk/tools/check/host/fakes.hpp"

namespace heygen::check {
namespace {

using provider::HostCall;
using provider::abi::view;

template <std::size_t Size>
struct Name {
  constexpr Name(const char (&text)[Size]) { std::copy_n(text, Size, letters.data()); }
  std::array<char, Size> letters{};
};

template <class... Values>
void write_call(const Trace& trace, const char* name, const std::string& ended, Values... values) {
  std::string text;
  const std::array<std::string, sizeof...(values)> shown{trace.shown(values)...};
  for (const std::string& one : shown) {
    if (!one.empty()) text += (text.empty() ? "" : ", ") + one;
  }
  trace.line("    " + std::string(name) + "(" + text + ")" + (ended.empty() ? "" : " = " + ended));
}

/// A function of a table that also writes itself to the trace.
template <auto Table, auto Member, Name kName, class Function>
struct Traced;
template <auto Table, auto Member, Name kName, class... Values>
struct Traced<Table, Member, kName, heygen_status(HEYGEN_CALL*)(const heygen_call*, Values...)> {
  static heygen_status HEYGEN_CALL call(const heygen_call* call, Values... values) {
    const heygen_status status = (Table().*Member)(call, values...);
    if (Trace::is_on()) write_call(Fakes::current->trace, kName.letters.data(), status_name(status), values...);
    return status;
  }
};
template <auto Table, auto Member, Name kName, class... Values>
struct Traced<Table, Member, kName, heygen_str(HEYGEN_CALL*)(const heygen_call*, Values...)> {
  static heygen_str HEYGEN_CALL call(const heygen_call* call, Values... values) {
    const heygen_str text = (Table().*Member)(call, values...);
    const Trace& trace = Fakes::current->trace;
    if (Trace::is_on()) write_call(trace, kName.letters.data(), trace.shown(text), values...);
    return text;
  }
};
template <auto Table, auto Member, Name kName, class... Values>
struct Traced<Table, Member, kName, void(HEYGEN_CALL*)(const heygen_call*, Values...)> {
  static void HEYGEN_CALL call(const heygen_call* call, Values... values) {
    (Table().*Member)(call, values...);
    if (Trace::is_on()) write_call(Fakes::current->trace, kName.letters.data(), "", values...);
  }
};

template <auto Table, Name kName, auto Member, class Service>
void add_trace(Service& service) {
  using Function = std::remove_reference_t<decltype(service.*Member)>;
  service.*Member = Traced<Table, Member, kName, Function>::call;
}

// ---- what the check wants to know

/// Where the request would go, if it is one at all.
void judge_host(Fakes& fakes, const HostCall& host, const heygen_http_request* request) {
  if (request == nullptr || request->struct_size < provider::abi::kHttpRequestSize) return;
  try {
    const net::Url url = net::Url::parse(view(request->url));
    const std::string socket(view(request->unix_socket));
    if (!provider::find_undeclared_host(host, url, socket)) return;
    const std::string target = socket.empty() ? provider::host_and_port(url.text()) : socket;
    std::string need = "hosts=" + (socket.empty() ? url.host : "unix:" + socket);
    for (const auto& [key, value] : fakes.scenario.settings) {
      if (socket.empty() ? provider::host_of_value(value) == target : value == target)
        need = std::string("hosts=") + (socket.empty() ? "setting:" : "unix:setting:") + key;
    }
    fakes.fail("service-hosts",
               fakes.scenario.shown("a request goes to " + target + ": add \"" + need + "\" to `needs`"));
  } catch (const std::invalid_argument&) {  // the host says what is wrong with it
  }
}

heygen_http_1_v http_table() {
  heygen_http_1_v table = provider::http_service();
  table.send = [](const heygen_call* call, const heygen_http_request* request,
                  const heygen_http_response** response) -> heygen_status {
    Fakes& fakes = Fakes::of(call);
    ++fakes.result.requests;
    if (HostCall* host = HostCall::of(call)) judge_host(fakes, *host, request);
    const heygen_status status = provider::http_service().send(call, request, response);
    if (status == HEYGEN_USAGE && !fakes.script->damaged) {
      fakes.fail("service-requests", "the host refuses to send the request");
    }
    return status;
  };
  return table;
}

/// A question: who asks is known afterwards, and whether it may.
heygen_status asked(const heygen_call* call, heygen_status status) {
  CallResult& result = Fakes::of(call).result;
  result.asked_terminal = true;
  result.denied |= status == HEYGEN_NEEDS_USER;
  return status;
}

heygen_terminal_1_v terminal_table() {
  heygen_terminal_1_v table = provider::terminal_service();
  table.prompt = [](const heygen_call* call, heygen_str text, heygen_str* answer) -> heygen_status {
    return asked(call, provider::terminal_service().prompt(call, text, answer));
  };
  table.secret = [](const heygen_call* call, heygen_str text, heygen_str* answer) -> heygen_status {
    return asked(call, provider::terminal_service().secret(call, text, answer));
  };
  table.menu = [](const heygen_call* call, heygen_str title, const heygen_str* items, std::size_t count,
                  std::size_t* chosen) -> heygen_status {
    return asked(call, provider::terminal_service().menu(call, title, items, count, chosen));
  };
  return table;
}

heygen_browser_1_v browser_table() {
  heygen_browser_1_v table = provider::browser_service();
  table.open = [](const heygen_call* call, heygen_str url) -> heygen_status {
    CallResult& result = Fakes::of(call).result;
    result.asked_browser = true;
    const heygen_status status = provider::browser_service().open(call, url);
    result.denied |= status == HEYGEN_NEEDS_USER;
    return status;
  };
  return table;
}

heygen_log_1_v log_table() {
  heygen_log_1_v table{sizeof(heygen_log_1_v), 0, nullptr};
  table.write = [](const heygen_call* call, std::int32_t, heygen_str text) {
    static std::mutex mutex;  // [any]
    const std::lock_guard lock(mutex);
    Fakes::of(call).expose("secret-log", "a log line", view(text));
  };
  return table;
}

heygen_sink sink_table() {
  heygen_sink table = provider::sink();
  table.set_header = [](const heygen_call* call, heygen_str name, heygen_str value, std::uint32_t flags) {
    Fakes& fakes = Fakes::of(call);
    fakes.findings.cover("secret-marked");
    if (fakes.scenario.holds_secret(view(value)) && (flags & HEYGEN_SECRET) == 0) {
      fakes.fail("secret-marked", std::string(view(name)) + " is not marked");
    }
    return provider::sink().set_header(call, name, value, flags);
  };
  table.set_state = [](const heygen_call* call, heygen_str patch) -> heygen_status {
    Fakes& fakes = Fakes::of(call);
    if (fakes.stores_login) return provider::sink().set_state(call, patch);
    fakes.fail("state-login", "set_state was called");
    return HEYGEN_USAGE;
  };
  table.set_type = [](const heygen_call* call, heygen_str text) {
    Fakes::of(call).expose("secret-shown", "the type", view(text));
    return provider::sink().set_type(call, text);
  };
  table.set_source = [](const heygen_call* call, heygen_str text) {
    Fakes::of(call).expose("secret-shown", "the source", view(text));
    return provider::sink().set_source(call, text);
  };
  table.set_scope = [](const heygen_call* call, heygen_str text) {
    Fakes::of(call).expose("secret-shown", "the scope", view(text));
    return provider::sink().set_scope(call, text);
  };
  table.set_expiry = [](const heygen_call* call, heygen_time at) {
    Fakes::of(call).result.reported_expiry = true;
    return provider::sink().set_expiry(call, at);
  };
  table.set_reach = [](const heygen_call* call, heygen_reach reach) {
    Fakes::of(call).result.this_request = reach != HEYGEN_REACH_ANY_REQUEST;
    return provider::sink().set_reach(call, reach);
  };
  table.fail = [](const heygen_call* call, heygen_str code, heygen_str message, heygen_str hint, std::int32_t after) {
    for (const heygen_str text : {code, message, hint}) Fakes::of(call).expose("secret-error", "fail()", view(text));
    return provider::sink().fail(call, code, message, hint, after);
  };
  return table;
}

// ---- with a trace

heygen_http_1_v traced_http() {
  heygen_http_1_v table = http_table();
  add_trace<http_table, "http.send", &heygen_http_1_v::send>(table);
  return table;
}

heygen_clock_1_v clock_table() {
  return provider::clock_service();
}
heygen_clock_1_v traced_clock() {
  heygen_clock_1_v table = clock_table();
  add_trace<clock_table, "clock.wait_ms", &heygen_clock_1_v::wait_ms>(table);
  return table;
}

heygen_terminal_1_v traced_terminal() {
  heygen_terminal_1_v table = terminal_table();
  add_trace<terminal_table, "terminal.notice", &heygen_terminal_1_v::notice>(table);
  add_trace<terminal_table, "terminal.prompt", &heygen_terminal_1_v::prompt>(table);
  add_trace<terminal_table, "terminal.secret", &heygen_terminal_1_v::secret>(table);
  add_trace<terminal_table, "terminal.menu", &heygen_terminal_1_v::menu>(table);
  return table;
}

heygen_browser_1_v traced_browser() {
  heygen_browser_1_v table = browser_table();
  add_trace<browser_table, "browser.open", &heygen_browser_1_v::open>(table);
  return table;
}

heygen_loopback_1_v loopback_table() {
  return provider::loopback_service();
}
heygen_loopback_1_v traced_loopback() {
  heygen_loopback_1_v table = loopback_table();
  add_trace<loopback_table, "loopback.open", &heygen_loopback_1_v::open>(table);
  add_trace<loopback_table, "loopback.wait", &heygen_loopback_1_v::wait>(table);
  add_trace<loopback_table, "loopback.respond", &heygen_loopback_1_v::respond>(table);
  return table;
}

heygen_settings_1_v settings_table() {
  return provider::settings_service();
}
heygen_settings_1_v traced_settings() {
  heygen_settings_1_v table = settings_table();
  add_trace<settings_table, "settings.get", &heygen_settings_1_v::get>(table);
  add_trace<settings_table, "settings.env", &heygen_settings_1_v::env>(table);
  return table;
}

heygen_random_1_v random_table() {
  return provider::random_service();
}
heygen_random_1_v traced_random() {
  heygen_random_1_v table = random_table();
  add_trace<random_table, "random.fill", &heygen_random_1_v::fill>(table);
  return table;
}

heygen_log_1_v traced_log() {
  heygen_log_1_v table = log_table();
  add_trace<log_table, "log.write", &heygen_log_1_v::write>(table);
  return table;
}

heygen_cache_1_v traced_cache() {
  heygen_cache_1_v table = cache_table();
  add_trace<cache_table, "cache.get", &heygen_cache_1_v::get>(table);
  add_trace<cache_table, "cache.put", &heygen_cache_1_v::put>(table);
  add_trace<cache_table, "cache.drop", &heygen_cache_1_v::drop>(table);
  return table;
}

heygen_key_1_v traced_key() {
  heygen_key_1_v table = key_table();
  add_trace<key_table, "key.create", &heygen_key_1_v::create>(table);
  add_trace<key_table, "key.public_jwk", &heygen_key_1_v::public_jwk>(table);
  add_trace<key_table, "key.thumbprint", &heygen_key_1_v::thumbprint>(table);
  add_trace<key_table, "key.sign", &heygen_key_1_v::sign>(table);
  return table;
}

heygen_request_1_v traced_request() {
  heygen_request_1_v table = request_table();
  add_trace<request_table, "request.method", &heygen_request_1_v::method>(table);
  add_trace<request_table, "request.url", &heygen_request_1_v::url>(table);
  add_trace<request_table, "request.body_sha256", &heygen_request_1_v::body_sha256>(table);
  add_trace<request_table, "request.refusal_header", &heygen_request_1_v::refusal_header>(table);
  return table;
}

}  // namespace

heygen_sink Fakes::sink() {
  heygen_sink table = sink_table();
  add_trace<sink_table, "set_header", &heygen_sink::set_header>(table);
  add_trace<sink_table, "set_state", &heygen_sink::set_state>(table);
  add_trace<sink_table, "set_type", &heygen_sink::set_type>(table);
  add_trace<sink_table, "set_source", &heygen_sink::set_source>(table);
  add_trace<sink_table, "set_scope", &heygen_sink::set_scope>(table);
  add_trace<sink_table, "set_expiry", &heygen_sink::set_expiry>(table);
  add_trace<sink_table, "set_refreshable", &heygen_sink::set_refreshable>(table);
  add_trace<sink_table, "set_reach", &heygen_sink::set_reach>(table);
  add_trace<sink_table, "fail", &heygen_sink::fail>(table);
  return table;
}

template <class Service>
const void* Fakes::given(Service service) {
  auto* room = tables.emplace_back(std::make_unique<std::array<char, 512>>()).get();
  room->fill(static_cast<char>(0xA5));
  if (script->larger) service.struct_size += kLaterMembers;
  return std::memcpy(room->data(), &service, sizeof service);
}

const void* Fakes::service(std::string_view id) {
  if (id == HEYGEN_HTTP_1) return given(traced_http());
  if (id == HEYGEN_JSON_1) return given(provider::json_service());
  if (id == HEYGEN_HASH_1) return given(provider::hash_service());
  if (id == HEYGEN_RANDOM_1) return given(traced_random());
  if (id == HEYGEN_CLOCK_1) return given(traced_clock());
  if (id == HEYGEN_LOOPBACK_1) return given(traced_loopback());
  if (id == HEYGEN_BROWSER_1) return given(traced_browser());
  if (id == HEYGEN_TERMINAL_1) return given(traced_terminal());
  if (id == HEYGEN_SETTINGS_1) return given(traced_settings());
  if (id == HEYGEN_LOG_1) return given(traced_log());
  if (id == HEYGEN_CACHE_1) return given(traced_cache());
  if (id == HEYGEN_KEY_1) return given(traced_key());
  if (id == HEYGEN_REQUEST_1) return given(traced_request());
  return id == HEYGEN_CANCEL_1 ? given(provider::cancel_service()) : nullptr;
}

const void* HEYGEN_CALL Fakes::find(const heygen_call* call, heygen_str id) {
  Fakes& fakes = of(call);
  if (HostCall::of(call) == nullptr) return nullptr;  // remembers a call from another thread
  const std::string name(view(id));
  fakes.result.services.insert(name);
  const void* found = name == fakes.script->missing_service ? nullptr : fakes.service(name);
  if (found == nullptr) fakes.trace.line("    get_extension(" + fakes.trace.shown(id) + ") = NULL");
  return found;
}

}  // namespace heygen::check
