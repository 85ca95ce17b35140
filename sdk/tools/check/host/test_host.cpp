// SPDX-License-Identifier: Apache-2.0
#include "sdk/tools/check/host/test_host.hpp"

#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "core/base/clock.hpp"
#include "core/base/environment.hpp"
#include "core/base/random.hpp"
#include "core/base/terminal.hpp"
#include "core/base/text.hpp"
#include "core/json/write.hpp"
#include "core/provider/breadcrumb.hpp"
#include "core/provider/call/provider_call.hpp"
#include "core/provider/call/sink.hpp"
#include "core/provider/login/browser_login.hpp"
#include "core/provider/service/services.hpp"
#include "sdk/json/json.hpp"
#include "sdk/tools/check/guard/guarded_memory.hpp"
#include "sdk/tools/check/guard/threads.hpp"

namespace heygen::check {
namespace {

using provider::HostCall;
using provider::abi::str;
using provider::abi::view;

constexpr std::size_t kTail = 64;  // members of a later version
/// A provider that polls what the check does not fake (a child process) must not use up its own limit in no time.
constexpr std::chrono::milliseconds kLongestRealWait{5};

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// The answer to one request, held in memory.
class FakeResponse : public net::Response {
 public:
  explicit FakeResponse(CannedResponse response) : body_(std::move(response.body)) {
    status = response.status;
    headers = std::move(response.headers);
  }
  std::size_t read(std::span<char> out) override {
    const std::size_t size = std::min(out.size(), body_.size() - at_);
    std::copy_n(body_.data() + at_, size, out.data());
    at_ += size;
    return size;
  }
  std::optional<std::uint64_t> length() const override { return body_.size(); }

 private:
  std::string body_;
  std::size_t at_ = 0;
};

class SteadyRandom : public Random {
 public:
  void fill(std::span<std::byte> out) override {
    for (std::byte& one : out) {
      next_ = next_ * 1'103'515'245U + 12'345U;
      one = static_cast<std::byte>(next_ >> 16U);
    }
  }

 private:
  std::uint32_t next_ = 7;
};

std::string query_value(const std::string& url, const std::string& name) {
  try {
    for (const auto& [key, value] : Poco::URI(url).getQueryParameters()) {
      if (key == name) return value;
    }
  } catch (const Poco::Exception&) {  // not a URL
  }
  return {};
}

}  // namespace

const char* status_name(heygen_status status) {
  constexpr std::array<const char*, 10> kNames{
      "HEYGEN_OK",        "HEYGEN_NOT_CONFIGURED", "HEYGEN_BROKEN",      "HEYGEN_REJECTED", "HEYGEN_NEEDS_USER",
      "HEYGEN_TRANSIENT", "HEYGEN_USAGE",          "HEYGEN_UNSUPPORTED", "HEYGEN_CANCELED", "HEYGEN_INTERNAL"};
  return status >= 0 && status < 10 ? kNames.at(static_cast<std::size_t>(status)) : "an unknown status";
}

/// One call at a time; the C functions find it here.
struct TestHost::Services {
  Services(const Scenario& the_scenario, const provider::Manifest& the_manifest, const heygen_provider_1& the_api,
           Findings& the_findings)
      : scenario(the_scenario), manifest(the_manifest), api(the_api), findings(the_findings) {}

  // ---- the seams
  struct FakeClock : Clock {
    explicit FakeClock(Services& host) : fakes(host) {}
    std::int64_t now() const override { return fakes.script->now + passed / 1000; }
    std::chrono::milliseconds monotonic() const override { return std::chrono::milliseconds(1'000 + passed); }
    bool wait(std::chrono::milliseconds time, const Cancel& cancel) override {
      fakes.about_to_wait();
      if (cancel.requested()) return false;
      std::this_thread::sleep_for(std::min(time, kLongestRealWait));
      passed += time.count();
      return true;
    }
    Services& fakes;
    std::int64_t passed = 0;
  };
  struct FakeTerminal : Terminal {
    explicit FakeTerminal(Services& host) : fakes(host) {}
    bool stdin_is_terminal() const override { return true; }
    bool stdout_is_terminal() const override { return false; }
    bool stderr_is_terminal() const override { return true; }
    int columns() const override { return 80; }
    void notice(std::string_view line) override {
      fakes.expose("secret-shown", "a notice", line);
      fakes.see_url(line);
    }
    void show_status(std::string_view) override {}
    std::string read_line(std::string_view prompt, const Cancel& cancel) override {
      fakes.expose("secret-shown", "a question", prompt);
      fakes.about_to_wait();
      if (cancel.requested()) throw canceled_error("Canceled.");
      const std::vector<std::string>& answers = fakes.scenario.answers;
      const std::size_t at = fakes.answered++;
      return answers.empty() ? fakes.scenario.secret("typed") : answers.at(std::min(at, answers.size() - 1));
    }
    Secret read_secret(std::string_view prompt, std::size_t, const Cancel& cancel) override {
      return Secret(read_line(prompt, cancel));
    }
    Services& fakes;
  };
  struct FakeHttp : net::Http {
    explicit FakeHttp(Services& host) : fakes(host) {}
    std::unique_ptr<net::Response> send(const net::Request& request, const Cancel& cancel) override {
      fakes.about_to_wait();
      if (cancel.requested()) throw net::Failure(net::Failure::Kind::canceled, "Canceled.");
      if (fakes.script->server == Server::silent) {
        throw net::Failure(net::Failure::Kind::timeout, request.url.origin() + " gave no response in time.");
      }
      return std::make_unique<FakeResponse>(fakes.serve(request.url));
    }
    Services& fakes;
  };
  struct FakeBrowser : provider::OpenedBrowser {
    int descriptor() const override { return -1; }
    std::optional<std::string> complaint() override { return {}; }
  };
  /// The redirect that an issuer sends when the user agrees.
  struct FakeListener : provider::RedirectListener {
    FakeListener(Services& host, const std::string& path) : fakes(host), uri("http://127.0.0.1:54321" + path) {}
    const std::string& redirect_uri() const override { return uri; }
    Outcome wait(std::chrono::milliseconds, const Cancel& cancel, const Watch&) override {
      fakes.about_to_wait();
      if (cancel.requested()) return Outcome::canceled;
      if (!fakes.may_ask_user) return Outcome::timed_out;  // no user sees the page
      params = {{"code", fakes.scenario.secret("code")}, {"state", query_value(fakes.shown_url, "state")}};
      if (!fakes.issuer.empty()) params.emplace_back("iss", fakes.issuer);
      visited = true;
      return Outcome::arrived;
    }
    bool has_visitor() const override { return visited && !answered; }
    bool is_listening() const override { return !answered; }
    const std::string* param(std::string_view name) const override {
      const auto found = std::ranges::find(params, name, &std::pair<std::string, std::string>::first);
      return found == params.end() ? nullptr : &found->second;
    }
    void respond(bool, std::string_view) override { answered = true; }
    Services& fakes;
    std::string uri;
    std::vector<std::pair<std::string, std::string>> params;
    bool visited = false, answered = false;
  };
  struct FakeBrowserLogin : provider::BrowserLogin {
    explicit FakeBrowserLogin(Services& host) : fakes(host) {}
    std::unique_ptr<provider::OpenedBrowser> open(const std::string& url, const Environment&,
                                                  const std::vector<std::string>&) override {
      fakes.expose("secret-shown", "the browser's URL", url);
      fakes.see_url(url);
      return std::make_unique<FakeBrowser>();
    }
    std::unique_ptr<provider::RedirectListener> listen(const provider::RedirectOptions& options, Clock&) override {
      return std::make_unique<FakeListener>(fakes, options.path);
    }
    Services& fakes;
  };

  // ---- what the fake scenario does
  void about_to_wait() {
    if (script->cancel_at == result.waits) stop();
    ++result.waits;
  }
  void stop() {
    canceled_at = steady_ms();
    cancel->request();
  }
  void expose(std::string_view rule, const char* where, std::string_view text) {
    findings.cover(rule);
    if (scenario.holds_secret(text)) findings.fail(rule, what + ": " + where + " contains a secret");
  }
  void see_url(std::string_view text) {
    const std::size_t at = text.find("http");
    if (at != std::string_view::npos && text.find('?') != std::string_view::npos) {
      shown_url = text.substr(at, text.find(' ', at) - at);
    }
  }
  CannedResponse serve(const net::Url& url);
  CannedResponse baseline(const net::Url& url);

  // ---- services of its own
  static Services& of(const heygen_call*) { return *current; }
  static const void* HEYGEN_CALL find(const heygen_call* call, heygen_str id);
  template <class Service>
  const void* given(Service service) {
    auto* room = tables.emplace_back(std::make_unique<std::array<char, 512>>()).get();
    room->fill(static_cast<char>(0xA5));
    if (script->larger) service.struct_size += kTail;
    return std::memcpy(room->data(), &service, sizeof service);
  }
  const void* service(std::string_view id);
  static heygen_http_1_v http();
  static heygen_terminal_1_v terminal_table();
  static heygen_browser_1_v browser();
  static heygen_log_1_v log();
  static heygen_sink sink();

  void judge(HostCall& host, heygen_status raw);
  void judge_faults();

  const Scenario& scenario;
  const provider::Manifest& manifest;
  const heygen_provider_1& api;
  Findings& findings;

  static Services* current;
  const Script* script = nullptr;
  std::string what;
  Cancel* cancel = nullptr;
  std::int64_t canceled_at = -1;
  CallResult result;
  std::size_t answered = 0;
  bool may_ask_user = false;
  std::string shown_url, issuer;
  std::vector<std::unique_ptr<std::array<char, 512>>> tables;
  std::vector<std::string> secret_variables;
};

TestHost::Services* TestHost::Services::current = nullptr;

// ---- the fake server ---------------------------------------------------------------------------------------------

CannedResponse TestHost::Services::serve(const net::Url& url) {
  constexpr const char* kRefusal = R"({"error":"invalid_grant","error_description":"refused by the check"})";
  const net::Headers json{{"Content-Type", "application/json"}};
  const bool metadata = url.text().find("/.well-known/") != std::string::npos;
  const Server mood = script->server;
  switch (metadata && (mood == Server::refuses400 || mood == Server::refuses401) ? Server::good : mood) {
    case Server::refuses400:
      return {{}, 400, json, kRefusal};
    case Server::refuses401:
      return {{}, 401, json, kRefusal};
    case Server::fails500:
      return {{}, 500, {}, "trouble"};
    case Server::fails503:
      return {{}, 503, {{"Retry-After", "7"}}, ""};
    default:
      break;
  }
  for (const CannedResponse& response : scenario.responses) {
    if (url.text().find(response.match) != std::string::npos) return response;
  }
  return baseline(url);
}

CannedResponse TestHost::Services::baseline(const net::Url& url) {
  sdk::Object body = sdk::object();
  if (const std::size_t at = url.text().find("/.well-known/"); at != std::string::npos) {
    issuer = url.text().substr(0, at);
    body->set("issuer", issuer);
    body->set("authorization_response_iss_parameter_supported", true);
    for (const char* name : {"authorization", "token", "revocation", "device_authorization", "userinfo"}) {
      body->set(std::string(name) + "_endpoint", issuer + "/" + name);
    }
    body->set("jwks_uri", issuer + "/jwks");
    body->set("code_challenge_methods_supported", sdk::list({std::string("S256")}));
    return {{}, 200, {{"Content-Type", "application/json"}}, sdk::write_json(body)};
  }
  const bool bare = script->server == Server::bare;
  const std::string turn = bare ? "2" : "1";
  for (const char* name : {"access_token", "token", "key", "api_key", "secret", "device_code", "id_token"}) {
    body->set(name, scenario.secret(name + turn));
  }
  body->set("issued_token_type", std::string("urn:ietf:params:oauth:token-type:access_token"));
  body->set("token_type", std::string("Bearer"));
  body->set("user_code", std::string("CHCK-0001"));
  body->set("verification_uri", std::string("https://heygen-check.invalid/device"));
  body->set("interval", 1);
  if (!bare) {
    body->set("refresh_token", scenario.secret("refresh_token" + turn));
    body->set("expires_in", 3600);
    body->set("scope", std::string("check"));
  }
  return {{}, 200, {{"Content-Type", "application/json"}}, sdk::write_json(body)};
}

// ---- services -------------------------------------------------------------------------------------------------------

heygen_http_1_v TestHost::Services::http() {
  heygen_http_1_v table = provider::http_service();
  table.send = [](const heygen_call* call, const heygen_http_request* request,
                  const heygen_http_response** response) -> heygen_status {
    ++of(call).result.requests;
    const heygen_status status = provider::http_service().send(call, request, response);
    if (status == HEYGEN_USAGE && !of(call).script->damaged) {
      of(call).findings.fail("service-requests", of(call).what + ": the host refuses to send the request");
    }
    return status;
  };
  return table;
}

heygen_terminal_1_v TestHost::Services::terminal_table() {
  heygen_terminal_1_v table = provider::terminal_service();
  table.prompt = [](const heygen_call* call, heygen_str text, heygen_str* answer) -> heygen_status {
    of(call).result.asked_terminal = true;
    const heygen_status status = provider::terminal_service().prompt(call, text, answer);
    of(call).result.denied |= status == HEYGEN_NEEDS_USER;
    return status;
  };
  table.secret = [](const heygen_call* call, heygen_str text, heygen_str* answer) -> heygen_status {
    of(call).result.asked_terminal = true;
    const heygen_status status = provider::terminal_service().secret(call, text, answer);
    of(call).result.denied |= status == HEYGEN_NEEDS_USER;
    return status;
  };
  return table;
}

heygen_browser_1_v TestHost::Services::browser() {
  heygen_browser_1_v table = provider::browser_service();
  table.open = [](const heygen_call* call, heygen_str url) -> heygen_status {
    of(call).result.asked_browser = true;
    const heygen_status status = provider::browser_service().open(call, url);
    of(call).result.denied |= status == HEYGEN_NEEDS_USER;
    return status;
  };
  return table;
}

heygen_log_1_v TestHost::Services::log() {
  heygen_log_1_v table{sizeof(heygen_log_1_v), 0, nullptr};
  table.write = [](const heygen_call* call, std::int32_t, heygen_str text) {
    static std::mutex mutex;  // [any]
    const std::lock_guard lock(mutex);
    of(call).expose("secret-log", "a log line", view(text));
  };
  return table;
}

const void* TestHost::Services::service(std::string_view id) {
  if (id == HEYGEN_HTTP_1) return given(http());
  if (id == HEYGEN_JSON_1) return given(provider::json_service());
  if (id == HEYGEN_HASH_1) return given(provider::hash_service());
  if (id == HEYGEN_RANDOM_1) return given(provider::random_service());
  if (id == HEYGEN_CLOCK_1) return given(provider::clock_service());
  if (id == HEYGEN_LOOPBACK_1) return given(provider::loopback_service());
  if (id == HEYGEN_BROWSER_1) return given(browser());
  if (id == HEYGEN_TERMINAL_1) return given(terminal_table());
  if (id == HEYGEN_SETTINGS_1) return given(provider::settings_service());
  if (id == HEYGEN_LOG_1) return given(log());
  return id == HEYGEN_CANCEL_1 ? given(provider::cancel_service()) : nullptr;
}

const void* HEYGEN_CALL TestHost::Services::find(const heygen_call* call, heygen_str id) {
  Services& fakes = of(call);
  if (HostCall::of(call) == nullptr) return nullptr;  // remembers a call from another thread
  const std::string name(view(id));
  fakes.result.services.insert(name);
  return name == fakes.script->missing_service ? nullptr : fakes.service(name);
}

// ---- the sink -------------------------------------------------------------------------------------------------------

heygen_sink TestHost::Services::sink() {
  heygen_sink table = provider::sink();
  table.set_header = [](const heygen_call* call, heygen_str name, heygen_str value, std::uint32_t flags) {
    Services& fakes = of(call);
    fakes.findings.cover("secret-marked");
    if (fakes.scenario.holds_secret(view(value)) && (flags & HEYGEN_SECRET) == 0) {
      fakes.findings.fail("secret-marked", fakes.what + ": " + std::string(view(name)) + " is not marked");
    }
    return provider::sink().set_header(call, name, value, flags);
  };
  table.set_type = [](const heygen_call* call, heygen_str text) {
    of(call).expose("secret-shown", "the type", view(text));
    return provider::sink().set_type(call, text);
  };
  table.set_source = [](const heygen_call* call, heygen_str text) {
    of(call).expose("secret-shown", "the source", view(text));
    return provider::sink().set_source(call, text);
  };
  table.set_scope = [](const heygen_call* call, heygen_str text) {
    of(call).expose("secret-shown", "the scope", view(text));
    return provider::sink().set_scope(call, text);
  };
  table.set_expiry = [](const heygen_call* call, heygen_time at) {
    of(call).result.reported_expiry = true;
    return provider::sink().set_expiry(call, at);
  };
  table.fail = [](const heygen_call* call, heygen_str code, heygen_str message, heygen_str hint, std::int32_t after) {
    for (const heygen_str text : {code, message, hint}) of(call).expose("secret-error", "fail()", view(text));
    return provider::sink().fail(call, code, message, hint, after);
  };
  return table;
}

// ---- one call -------------------------------------------------------------------------------------------------------

namespace {

/// Sets the cancellation after real time, for a provider that waits by itself.
class CancelTimer {
 public:
  CancelTimer(int after_ms, std::function<void()> stop) {
    if (after_ms < 0) return;
    thread_ = std::thread([this, after_ms, stop = std::move(stop)] {
      std::unique_lock lock(mutex_);
      if (!over_.wait_for(lock, std::chrono::milliseconds(after_ms), [this] { return ended_; })) stop();
    });
  }
  ~CancelTimer() {
    if (!thread_.joinable()) return;
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    over_.notify_all();
    thread_.join();
  }
  CancelTimer(const CancelTimer&) = delete;
  CancelTimer& operator=(const CancelTimer&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable over_;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace

TestHost::TestHost(const Scenario& scenario, const provider::Manifest& manifest, const heygen_provider_1& api,
                   Findings& findings)
    : services_(std::make_unique<Services>(scenario, manifest, api, findings)) {
  services_->secret_variables = manifest.credential_env;
}
TestHost::~TestHost() = default;

CallResult TestHost::run(provider::Function function, provider::Reason reason, const json::Value& state,
                         const Script& script, const std::string& what, const heygen_outcome* outcome) {
  Services& fakes = *services_;
  Services::current = &fakes;
  fakes.script = &script;
  fakes.what = std::string(provider::name_of(function)) + "()" + (what.empty() ? "" : ", " + what);
  fakes.result = {};
  fakes.canceled_at = -1;
  fakes.answered = script.server == Server::bare ? 1 : 0;

  Cancel cancel;
  fakes.cancel = &cancel;
  Services::FakeClock clock(fakes);
  Services::FakeTerminal terminal(fakes);
  Services::FakeHttp http(fakes);
  SteadyRandom random;
  Services::FakeBrowserLogin browser_login(fakes);
  const MapEnvironment environment(fakes.scenario.environment);
  const provider::Services services{http,
                                    clock,
                                    random,
                                    environment,
                                    terminal,
                                    cancel,
                                    "1.0.0",
                                    "https://api.heygen.com",
                                    [&](const std::string&, const std::string& key) -> std::optional<std::string> {
                                      const auto found = fakes.scenario.settings.find(key);
                                      return found == fakes.scenario.settings.end() ? std::nullopt
                                                                                    : std::optional(found->second);
                                    },
                                    [](int, const std::string&) {},
                                    browser_login};
  const bool asks = function == provider::Function::resolve && reason == provider::Reason::first_use;
  const provider::ProviderRequest ask{
      reason, script.interaction, asks ? "GET" : "", asks ? "/v2/videos?limit=1" : "", {}, state};

  const int threads = thread_count();
  {
    const provider::SecretVariables secret_variables = [&] { return fakes.secret_variables; };
    HostCall host({services, fakes.manifest, secret_variables, provider::find_service}, function, ask);
    fakes.may_ask_user = host.may_ask_user();
    GuardedMemory memory;
    const heygen_sink sink = Services::sink();
    heygen_call call = *host.abi();
    call.sink =
        static_cast<const heygen_sink*>(memory.record(&sink, sizeof sink, script.sink_cut, script.larger ? kTail : 0));
    call.get_extension = &Services::find;
    for (heygen_str heygen_call::*text : {&heygen_call::host_version, &heygen_call::api_base, &heygen_call::method,
                                          &heygen_call::path, &heygen_call::state}) {
      (call.*text).data = memory.text(view(call.*text));
    }
    const auto* given =
        static_cast<const heygen_call*>(memory.record(&call, sizeof call, script.call_cut, script.larger ? kTail : 0));
    const void* outcome_given =
        outcome == nullptr ? nullptr
                           : memory.record(outcome, sizeof *outcome, script.outcome_cut, script.larger ? kTail : 0);
    const std::int64_t begin = steady_ms();
    heygen_status status = HEYGEN_INTERNAL;
    {
      const CancelTimer stopper(script.cancel_after_ms, [&] { fakes.stop(); });
      const provider::Breadcrumb crumb("the library", function, what.empty() ? "" : ", " + what);
      status = provider::invoke(fakes.api, function, given, static_cast<const heygen_outcome*>(outcome_given));
    }
    const std::int64_t end = steady_ms();
    fakes.result.milliseconds = end - begin;
    if (fakes.canceled_at >= 0) fakes.result.after_cancel = end - fakes.canceled_at;
    fakes.judge(host, status);
  }
  fakes.findings.cover("thread-left");
  if (threads_stay(threads)) fakes.findings.fail("thread-left", fakes.what + ": a thread still runs");
  return std::move(fakes.result);
}

void TestHost::Services::judge(HostCall& host, heygen_status raw) {
  result.raw = raw;
  result.answer = host.finish(raw);
  const auto function = host.function;
  for (const char* rule : {"status-known", "thread-call", "answer-headers", "answer-state", "answer-texts",
                           "service-declared", "service-requests"}) {
    findings.cover(rule);
  }
  if (function == provider::Function::resolve) findings.cover("status-ok");
  if (raw < HEYGEN_OK || raw > HEYGEN_INTERNAL) {
    findings.fail("status-known", what + ": it ended in " + std::to_string(raw));
  } else if (result.answer.status == provider::Status::internal && raw != HEYGEN_INTERNAL) {
    judge_faults();
  } else if (raw == HEYGEN_OK && result.answer.status == provider::Status::broken) {
    findings.fail("status-ok", what + ": HEYGEN_OK without a header");
  }
}

/// The host's message for a misuse names the function.
void TestHost::Services::judge_faults() {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kRules{{{"another thread", "thread-call"},
                                                                                 {"set_header", "answer-headers"},
                                                                                 {"set_state", "answer-state"},
                                                                                 {"set_", "answer-texts"},
                                                                                 {"fail got", "answer-texts"},
                                                                                 {"settings.", "service-declared"},
                                                                                 {"http.", "service-requests"},
                                                                                 {"loopback.", "service-requests"},
                                                                                 {"", "service-requests"}}};
  for (const auto& [words, rule] : kRules) {
    if (result.answer.message.find(words) == std::string::npos) continue;
    return findings.fail(rule, what + ": " + result.answer.message);
  }
}

}  // namespace heygen::check
