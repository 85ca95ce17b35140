// SPDX-License-Identifier: Apache-2.0
#include "sdk/tools/check/host/test_host.hpp"

#include <array>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "core/base/environment.hpp"
#include "core/json/write.hpp"
#include "core/provider/breadcrumb.hpp"
#include "core/provider/call/provider_call.hpp"
#include "core/provider/service/services.hpp"
#include "sdk/tools/check/guard/guarded_memory.hpp"
#include "sdk/tools/check/guard/threads.hpp"
#include "sdk/tools/check/host/fakes.hpp"

namespace heygen::check {
namespace {

using provider::Function;
using provider::HostCall;
using provider::abi::view;

std::int64_t real_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

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

const char* name_of(provider::Reason reason) {
  constexpr std::array<const char*, 8> kNames{"",      "FIRST_USE", "NEAR_EXPIRY", "REFUSED",
                                              "LOGIN", "LOGOUT",    "REPLACED",    "EXPLAIN"};
  return kNames.at(static_cast<std::size_t>(reason));
}

provider::ProviderRequest request_for(Function function, provider::Reason reason, const json::Value& state,
                                      const Script& script) {
  provider::ProviderRequest request;
  request.reason = reason;
  request.interaction = script.interaction;
  request.state = state;
  if (function != Function::resolve || reason != provider::Reason::first_use) return request;
  request.method = script.method;
  request.path = script.path;
  return request;
}

/// What the provider is given, in memory that is gone afterwards.
struct GivenCall {
  GivenCall(const HostCall& host, const Script& script, const heygen_outcome* result) {
    const std::size_t tail = script.larger ? kLaterMembers : 0;
    const heygen_sink sink = Fakes::sink();
    heygen_call filled = *host.abi();
    filled.sink = static_cast<const heygen_sink*>(memory.record(&sink, sizeof sink, script.sink_cut, tail));
    filled.get_extension = &Fakes::find;
    for (heygen_str heygen_call::*text :
         {&heygen_call::host_version, &heygen_call::api_base, &heygen_call::method, &heygen_call::path,
          &heygen_call::profile, &heygen_call::www_authenticate, &heygen_call::state}) {
      (filled.*text).data = memory.text(view(filled.*text));
    }
    call = static_cast<const heygen_call*>(memory.record(&filled, sizeof filled, script.call_cut, tail));
    if (result == nullptr) return;
    outcome = static_cast<const heygen_outcome*>(memory.record(result, sizeof *result, script.outcome_cut, tail));
  }
  GuardedMemory memory;
  const heygen_call* call = nullptr;
  const heygen_outcome* outcome = nullptr;
};

}  // namespace

TestHost::TestHost(const Scenario& scenario, const provider::Manifest& manifest, const heygen_provider_1& api,
                   Findings& findings)
    : fakes_(std::make_unique<Fakes>(scenario, manifest, api, findings)) {
  fakes_->secret_variables = manifest.credential_env;
}
TestHost::~TestHost() = default;

CallResult TestHost::run(Function function, provider::Reason reason, const json::Value& state, const Script& script,
                         const std::string& what, const heygen_outcome* outcome) {
  Fakes& fakes = *fakes_;
  fakes.begin(function, state, script, what);
  Cancel cancel;
  fakes.cancel = &cancel;
  FakeClock clock(fakes);
  FakeTerminal terminal(fakes);
  FakeHttp http(fakes);
  FakeBrowserLogin browser_login(fakes);
  const MapEnvironment environment(fakes.scenario.environment);
  const auto setting = [&](const std::string&, const std::string& key) -> std::optional<std::string> {
    const auto found = fakes.scenario.settings.find(key);
    return found == fakes.scenario.settings.end() ? std::nullopt : std::optional(found->second);
  };
  provider::Services services{http,         clock,
                              fakes.random, environment,
                              terminal,     cancel,
                              "1.0.0",      "https://api.heygen.com",
                              setting,      [](int, const std::string&) {},
                              browser_login};
  services.menu = [&](const std::string& title, const std::vector<std::string>& items, std::size_t suggested) {
    return terminal.choose(title, items, suggested);
  };
  const provider::ProviderRequest ask = request_for(function, reason, state, script);
  const int threads = thread_count();
  {
    const provider::SecretVariables secret_variables = [&] { return fakes.secret_variables; };
    HostCall host({services, fakes.manifest, secret_variables, provider::find_service}, function, ask);
    fakes.may_ask_user = host.may_ask_user();
    const GivenCall given(host, script, outcome);
    fakes.trace.line(fakes.what + ": reason " + name_of(reason) + ", state " + json::write(state));
    const std::int64_t begin = real_ms();
    heygen_status status = HEYGEN_INTERNAL;
    {
      const CancelTimer stopper(script.cancel_after_ms, [&] { fakes.stop(); });
      const provider::Breadcrumb crumb("", function, what.empty() ? "" : ", " + what);
      status = provider::invoke(fakes.api, function, given.call, given.outcome);
    }
    const std::int64_t end = real_ms();
    fakes.result.milliseconds = end - begin;
    if (fakes.canceled_at >= 0) fakes.result.after_cancel = end - fakes.canceled_at;
    fakes.trace.line("  = " + std::string(status_name(status)) + ", " + std::to_string(end - begin) + " ms");
    fakes.judge(host, status);
    fakes.settle(state);
  }
  if (!fakes.manifest.runtime) {
    fakes.findings.cover("thread-left");
    if (threads_stay(threads)) fakes.fail("thread-left", "a thread still runs");
  }
  return std::move(fakes.result);
}

void Fakes::begin(Function the_function, const json::Value& state, const Script& the_script,
                  const std::string& detail) {
  current = this;
  script = &the_script;
  function = the_function;
  what = std::string(provider::name_of(function)) + "()" + (detail.empty() ? "" : ", " + detail);
  result = {};
  canceled_at = -1;
  answered = script->server == Server::bare ? 1 : 0;
  page = {};
  issuer.clear();
  stores_login = function == Function::login || (function == Function::refresh && !state.as_object().empty());
  random.begin(function == Function::login);
  bind_cache(state);
}

void Fakes::judge(HostCall& host, heygen_status raw) {
  result.raw = raw;
  result.answer = host.finish(raw);
  for (const char* rule : {"status-known", "thread-call", "answer-headers", "answer-state", "state-login",
                           "answer-texts", "service-declared", "service-requests", "service-hosts"}) {
    findings.cover(rule);
  }
  if (function == Function::resolve) findings.cover("status-ok");
  if (raw < HEYGEN_OK || raw > HEYGEN_INTERNAL) {
    fail("status-known", "it ended in " + std::to_string(raw));
  } else if (result.answer.status == provider::Status::internal && raw != HEYGEN_INTERNAL) {
    judge_faults();
  } else if (raw == HEYGEN_OK && result.answer.status == provider::Status::broken) {
    fail("status-ok", "HEYGEN_OK without a header");
  }
}

/// The host's message for a misuse names the function.
void Fakes::judge_faults() {
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
    return fail(rule, result.answer.message);
  }
}

}  // namespace heygen::check
