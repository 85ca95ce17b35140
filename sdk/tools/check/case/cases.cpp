// SPDX-License-Identifier: Apache-2.0
#include "sdk/tools/check/case/cases.hpp"

#include <algorithm>
#include <array>

#include "core/json/write.hpp"
#include "sdk/tools/check/case/credential_cases.hpp"
#include "sdk/tools/check/case/wording.hpp"
#include "sdk/tools/check/guard/runtime_cost.hpp"

namespace heygen::check {
namespace {

using provider::Reason;
using Path = std::filesystem::path;

// ---- a normal run ----------------------------------------------------------------------------------------------

void judge_login(const Trial& trial, const CallResult& login, Findings& out) {
  out.cover("login-flag");
  if (trial.manifest().has_login && login.raw == HEYGEN_UNSUPPORTED) {
    out.fail("login-flag", "login(): HEYGEN_UNSUPPORTED, and HEYGEN_PROVIDER_NO_LOGIN is not set");
  } else if (!trial.manifest().has_login && login.raw != HEYGEN_UNSUPPORTED) {
    out.fail("login-flag", "login(): " + ended(login) + ", and HEYGEN_PROVIDER_NO_LOGIN is set");
  }
  if (!trial.manifest().has_login) return out.not_applicable("manifest-interactions", "it has no login");
  out.cover("manifest-interactions");
  if (login.asked_terminal && !trial.manifest().interacts_terminal) {
    out.fail("manifest-interactions", "login() asks on the terminal without HEYGEN_INTERACTS_TERMINAL");
  }
  if (login.asked_browser && !trial.manifest().interacts_browser) {
    out.fail("manifest-interactions", "login() opens a browser without HEYGEN_INTERACTS_BROWSER");
  }
}

/// After the refresh, resolve() answers, and not as before: the state, the cache or the headers are new.
void judge_refreshed(Trial& trial, Step step, const CallResult& resolved, const CallResult& refreshed, Findings& out) {
  const auto misused = [](const CallResult& one) {
    return one.raw == HEYGEN_OK && one.answer.status != provider::Status::ok;
  };
  out.cover("refresh-works");
  trial.save(refreshed);
  const CallResult again = trial.perform(step, {}, "after a refresh");
  if (misused(refreshed) || misused(again)) return;  // said by another rule
  if (again.raw != HEYGEN_OK) {
    out.fail("state-round-trip", called(step, "after a refresh") + ended(again));
  } else if (again.answer.headers.empty()) {
    out.fail("refresh-works", called(step, "after a refresh") + "there is still no header");
  } else if (!refreshed.answer.patch && !refreshed.changed_cache && same_headers(again, resolved)) {
    out.fail("refresh-works", "refresh() succeeded and changed nothing");
  }
}

void judge_refresh(Trial& trial, Step step, const CallResult& resolved, const CallResult& refreshed, Findings& out) {
  if (resolved.raw != HEYGEN_OK) return out.unchecked("refresh-works", "resolve() did not succeed");
  if (!resolved.answer.refreshable) return out.not_applicable("refresh-works", "it says nothing can be refreshed");
  if (refreshed.raw == HEYGEN_UNSUPPORTED) {
    return out.fail("refresh-works", "resolve() says set_refreshable(1), and refresh() is HEYGEN_UNSUPPORTED");
  }
  if (refreshed.raw != HEYGEN_OK) return out.unchecked("refresh-works", "refresh(): " + ended(refreshed));
  judge_refreshed(trial, step, resolved, refreshed, out);
}

void judge_round_trip(const Trial& trial, const Plan& plan, Findings& out) {
  if (lacks_login(trial, plan, "state-round-trip", out)) return;
  out.cover("state-round-trip");
  for (const Step step : {Step::try_login, Step::resolve}) {
    if (plan.of(step).reached && !plan.works(step)) {
      out.fail("state-round-trip", std::string(name_of(step)) + " ended in " + status_name(plan.of(step).status) +
                                       " with what login() stored");
    }
  }
}

/// The normal run, step by step. What crashes or hangs in it is left out the next time.
class NormalRun {
 public:
  NormalRun(Trial& trial, Findings& out, bool larger) : trial_(trial), out_(out), judges_(!larger) {
    script_.larger = larger;
    for (const Step step : kSteps) plan_.baseline[step];
  }

  Plan run() {
    trial_.arrange(Step::login);
    if (const auto login = step(Step::login)) {
      trial_.save(*login);
      if (judges_) judge_login(trial_, *login, out_);
    }
    if (trial_.arrange(Step::resolve)) stored();
    if (trial_.arrange(Step::resolve_variable)) variables();
    return std::move(plan_);
  }

 private:
  std::optional<CallResult> step(Step which) {
    if (trial_.scenario.left_out.contains(provider::name_of(function_of(which)))) return {};
    CallResult result = trial_.perform(which, script_);
    plan_.note(which, result);
    return result;
  }

  void stored() {
    if (trial_.manifest().has_login) step(Step::try_login);
    std::optional<CallResult> resolved = step(Step::resolve);
    plan_.refreshable = resolved && resolved->answer.refreshable;
    plan_.refreshes_first = resolved && resolved->raw == HEYGEN_OK && resolved->answer.headers.empty();
    if (trial_.module().api.report_outcome != nullptr) step(Step::outcome);
    const std::optional<CallResult> refreshed = step(Step::refresh);
    if (judges_ && resolved && refreshed) judge_refresh(trial_, Step::resolve, *resolved, *refreshed, out_);
    step(Step::revoke);
  }

  /// What variables or the machine itself give, without a login.
  void variables() {
    const std::optional<CallResult> resolved = step(Step::resolve_variable);
    if (!resolved || !resolved->answer.refreshable) return;
    const std::optional<CallResult> refreshed = step(Step::refresh_variable);
    if (judges_ && refreshed) judge_refresh(trial_, Step::resolve_variable, *resolved, *refreshed, out_);
  }

  Trial& trial_;
  Findings& out_;
  bool judges_;
  Script script_;
  Plan plan_;
};

// ---- growth ---------------------------------------------------------------------------------------------------------

void init_again(const Path& library, const Scenario& scenario, const Plan& plan, Findings& out) {
  Trial trial(library, scenario, out);
  for (const char* round : {"second", "third"}) {
    trial.deinit();
    const heygen_status status = call_init(trial.module(), 0, 0);
    if (status != HEYGEN_OK) {
      return out.fail("entry-init", std::string("the ") + round + " init() ended in " + status_name(status));
    }
  }
  const CallResult result = trial.perform(Step::login, {}, "after init() again");
  if (result.raw != plan.of(Step::login).status) out.fail("entry-init", "login() after init() again: " + ended(result));
  trial.deinit();
}

void smaller(const Path& library, const Scenario& scenario, const Plan& plan, Findings& out) {
  out.cover("growth-smaller");
  Trial trial(library, scenario, out);
  constexpr std::size_t kHeader = 8;  // struct_size, and what follows it
  constexpr std::size_t kNone = 0;
  for (const Step step : kSteps) {
    if (!plan.works(step)) continue;
    for (const auto& [call_cut, sink_cut, outcome_cut, what] :
         {std::tuple{sizeof(heygen_call) - kHeader, kNone, kNone, "a call of 8 bytes"},
          std::tuple{kHeader, kNone, kNone, "a call without its last member"},
          std::tuple{kNone, kHeader, kNone, "a sink without its last member"},
          std::tuple{kNone, kNone, kHeader, "an outcome without its last members"}}) {
      if (outcome_cut > 0 && step != Step::outcome) continue;
      trial.arrange(step);
      Script script;
      script.call_cut = call_cut;
      script.sink_cut = sink_cut;
      script.outcome_cut = outcome_cut;
      const CallResult result = trial.perform(step, script, what);
      if (result.raw == HEYGEN_OK) out.fail("growth-smaller", called(step, what) + "it was not refused");
    }
  }
  trial.deinit();
  const heygen_status status = call_init(trial.module(), sizeof(heygen_host) - kHeader, 0);
  if (status == HEYGEN_OK) out.fail("growth-smaller", "init(): a host of 8 bytes was not refused");
}

void larger(const Path& library, const Scenario& scenario, const Plan& plan, Findings& out) {
  out.cover("growth-larger");
  Trial trial(library, scenario, out, true);
  const Plan grown = NormalRun(trial, out, true).run();
  for (const Step step : kSteps) {
    if (grown.of(step).reached && plan.of(step).reached && grown.of(step).status != plan.of(step).status) {
      out.fail("growth-larger",
               called(step) + status_name(grown.of(step).status) + " instead of " + status_name(plan.of(step).status));
    }
  }
}

// ---- status ---------------------------------------------------------------------------------------------------------

void nothing_there(const Path& library, const Scenario& scenario, const Plan&, Findings& out) {
  Scenario empty;
  empty.mark = scenario.mark;
  Trial trial(library, empty, out);
  out.cover("status-absent");
  const CallResult result = trial.resolve(Reason::first_use, json::Object{}, {}, "with nothing configured");
  const bool ambient = trial.manifest().ambient && result.raw != HEYGEN_INTERNAL;
  if (result.raw != HEYGEN_NOT_CONFIGURED && !ambient) out.fail("status-absent", "resolve(): " + ended(result));
}

struct Damage {
  const char* what;
  json::Value value;
  bool wrong_kind;
};

const std::array<Damage, 5>& damages() {
  static const std::array<Damage, 5> kDamages{{{"a number", 7, true},
                                               {"a list", json::Array{}, true},
                                               {"an object", json::Object{}, true},
                                               {"false", false, true},
                                               {"a text with a line end", "x\r\nX-Other: 1", false}}};
  return kDamages;
}

void judge_damaged(const CallResult& result, const CallResult& sound, bool wrong_kind, const std::string& what,
                   Findings& out) {
  const std::string detail = "resolve() with " + what + ": " + ended(result);
  if (result.raw == HEYGEN_INTERNAL || result.raw == HEYGEN_TRANSIENT) {
    out.fail("status-broken", detail);
  } else if (result.raw == HEYGEN_NOT_CONFIGURED && wrong_kind) {
    out.fail("status-broken", detail + ", so another provider would be asked");
  } else if (result.raw == HEYGEN_OK && wrong_kind && !same_headers(result, sound)) {
    out.fail("status-broken", detail + ", and the header was made of it");
  }
}

void damaged(const Path& library, const Scenario& scenario, const Plan& plan, Findings& out) {
  if (!plan.works(Step::resolve)) return out.unchecked("status-broken", kNoState);
  Trial trial(library, scenario, out);
  trial.arrange(Step::resolve);
  const json::Value intact = trial.state;
  if (intact.as_object().empty()) return out.not_applicable("status-broken", "it stores nothing");
  out.cover("status-broken");
  Script garbage;
  garbage.damaged = true;
  const CallResult sound = trial.resolve(Reason::first_use, intact, {}, "");
  for (const auto& [name, kept] : intact.as_object()) {
    for (const Damage& damage : damages()) {
      if (kept.is_number() && damage.value.is_number()) continue;
      if (kept.is_bool() && damage.value.is_bool()) continue;
      const std::string what = "`" + name + "` " + damage.what;
      trial.state = intact;
      trial.state.set(name, damage.value);
      const CallResult result = trial.resolve(Reason::first_use, trial.state, garbage, what);
      judge_damaged(result, sound, damage.wrong_kind, what, out);
    }
  }
  trial.state = intact;
  for (auto& [name, value] : trial.state.as_object()) value = json::Array{};
  const CallResult result = trial.perform(Step::refresh, garbage, "all members lists");
  if (result.raw == HEYGEN_INTERNAL || result.raw == HEYGEN_OK) {
    out.fail("status-broken", "refresh() with all members lists: " + ended(result));
  }
}

/// Each step that asks a server, with a server of another mood.
template <class Judge>
void with_server(const Path& library, const Scenario& scenario, const Plan& plan, Findings& out, std::string_view rule,
                 std::initializer_list<std::pair<Server, const char*>> moods, Judge judge) {
  bool any = false;
  for (const Step step : {Step::login, Step::refresh, Step::resolve, Step::resolve_variable, Step::refresh_variable}) {
    if (!plan.works(step) || plan.of(step).requests == 0) continue;
    any = true;
    for (const auto& [server, what] : moods) {
      Trial trial(library, scenario, out);
      trial.arrange(step);
      Script script;
      script.server = server;
      judge(step, trial.perform(step, script, what), what);
    }
  }
  if (any) return out.cover(rule);
  out.not_applicable(rule, "nothing that succeeded in the check asks a server");
}

void refused(const Path& library, const Scenario& scenario, const Plan& plan, Findings& out) {
  with_server(library, scenario, plan, out, "status-rejected",
              {{Server::refuses400, "HTTP 400 invalid_grant"}, {Server::refuses401, "HTTP 401 invalid_grant"}},
              [&](Step step, const CallResult& result, const char* what) {
                if (result.raw != HEYGEN_REJECTED) out.fail("status-rejected", called(step, what) + ended(result));
              });
}

void failing_server(const Path& library, const Scenario& scenario, const Plan& plan, Findings& out) {
  with_server(library, scenario, plan, out, "status-transient",
              {{Server::fails500, "HTTP 500"}, {Server::fails503, "HTTP 503"}, {Server::silent, "no response"}},
              [&](Step step, const CallResult& result, const char* what) {
                if (result.raw != HEYGEN_TRANSIENT) out.fail("status-transient", called(step, what) + ended(result));
              });
}

void revoked(const Path& library, const Scenario& scenario, const Plan& plan, Findings& out) {
  if (!plan.of(Step::revoke).reached) return out.unchecked("revoke-confirmed", kNoState);
  if (!plan.works(Step::revoke)) {
    return out.not_applicable("revoke-confirmed",
                              std::string("revoke() is ") + status_name(plan.of(Step::revoke).status));
  }
  if (plan.of(Step::revoke).requests == 0)
    return out.unchecked("revoke-confirmed", "it asks no server through the host");
  out.cover("revoke-confirmed");
  Trial trial(library, scenario, out);
  trial.arrange(Step::revoke);
  for (const auto& [server, what] :
       {std::pair{Server::fails500, "HTTP 500"}, std::pair{Server::silent, "no response"}}) {
    Script script;
    script.server = server;
    const CallResult result = trial.perform(Step::revoke, script, what);
    if (result.raw == HEYGEN_OK) out.fail("revoke-confirmed", called(Step::revoke, what) + ended(result));
  }
}

// ---- what a call says -----------------------------------------------------------------------------------------------

void forbidden_to_ask(const Path& library, const Scenario& scenario, const Plan& plan, Findings& out) {
  bool any = false;
  for (const Step step : {Step::login, Step::resolve, Step::refresh, Step::revoke, Step::resolve_variable}) {
    if (!plan.of(step).reached) continue;
    Trial trial(library, scenario, out);
    trial.arrange(step);
    Script script;
    script.interaction = provider::Interaction::never;
    const CallResult result = trial.perform(step, script, "no user may be asked");
    any = any || result.denied || result.raw == HEYGEN_NEEDS_USER;
    if (result.denied && result.raw != HEYGEN_NEEDS_USER && result.raw != HEYGEN_OK) {
      out.fail("user-never-asked", called(step, "no user may be asked") + ended(result));
    }
  }
  if (any) return out.cover("user-never-asked");
  out.not_applicable("user-never-asked", "it asks no user");
}

void explained(const Path& library, const Scenario& scenario, const Plan& plan, Findings& out) {
  bool any = false;
  for (const Step step : {Step::resolve, Step::resolve_variable}) {
    if (!plan.works(step)) continue;
    any = true;
    Trial trial(library, scenario, out);
    trial.arrange(step);
    const CallResult result = trial.resolve(Reason::explain, trial.state, {}, "for a report");
    const bool asked = result.asked_terminal || result.asked_browser;
    if (result.requests > 0 || asked) {
      out.fail("resolve-explain", called(step, "for a report") + (asked ? "it asks the user" : "it uses the network"));
    } else if (result.raw != HEYGEN_OK) {
      out.fail("resolve-explain", called(step, "for a report") + ended(result));
    }
  }
  if (any) return out.cover("resolve-explain");
  out.unchecked("resolve-explain", "resolve() did not succeed");
}

void from_state_alone(const Path& library, const Scenario& scenario, const Plan& plan, Findings& out) {
  Trial trial(library, scenario, out);
  if (lacks_login(trial, plan, "login-alone", out)) return;
  if (trial.manifest().credential_env.empty()) {
    return out.not_applicable("login-alone", "no environment variable has a credential");
  }
  out.cover("login-alone");
  trial.arrange(Step::try_login);
  for (const std::string& name : trial.manifest().credential_env)
    trial.scenario.environment[name] = scenario.secret("env");
  const CallResult result = trial.perform(Step::try_login, {}, "with variables set");
  for (const provider::CredentialHeader& header : result.answer.headers) {
    if (header.value.reveal().find(scenario.secret("env")) != std::string::npos) {
      out.fail("login-alone", "resolve() after a login gives the variable's credential");
    }
  }
}

// ---- the state ------------------------------------------------------------------------------------------------------

void reordered(const Path& library, const Scenario& scenario, const Plan& plan, Findings& out) {
  if (!plan.works(Step::resolve)) return out.unchecked("state-round-trip", kNoState);
  Trial trial(library, scenario, out);
  trial.arrange(Step::resolve);
  if (trial.state.as_object().empty()) return out.not_applicable("state-round-trip", "it stores nothing");
  const CallResult baseline = trial.perform(Step::resolve);
  auto& members = trial.state.as_object();
  members.emplace_back("heygen_check", json::Object{{"list", json::Array{1, "text", json::Value()}}});
  std::ranges::reverse(members);
  if (scenario.refreshes_first) trial.refresh_first();  // a cache is bound to the state
  out.cover("state-round-trip");
  const CallResult result = trial.perform(Step::resolve, {}, "members in another order");
  if (result.raw != baseline.raw || !same_headers(result, baseline)) {
    out.fail("state-round-trip", "resolve() answers otherwise when members come in another order");
  }
}

json::Value foreign_member() {
  return json::Object{{"kept", json::Number{"12345678901234567890"}}};
}

void judge_foreign(const Trial& trial, const char* function, Findings& out) {
  out.cover("state-foreign");
  const json::Value* kept = trial.state.find("heygen_check");
  if (kept == nullptr || !(*kept == foreign_member())) {
    out.fail("state-foreign", std::string(function) + " changes a member that it does not know");
  }
}

void judge_lingering(const json::Value& first, const json::Value& after, const json::Value& fresh, Findings& out) {
  for (const auto& [name, value] : after.as_object()) {
    const json::Value* alone = fresh.find(name);
    const json::Value* before = first.find(name);
    const bool lingers = before != nullptr && *before == value && (alone == nullptr || !(*alone == value));
    if (lingers) out.fail("login-replaces", "`" + name + "` of the login before stays");
  }
}

void replaced(const Path& library, const Scenario& scenario, const Plan& plan, Findings& out) {
  Trial trial(library, scenario, out);
  if (lacks_login(trial, plan, "login-replaces", out))
    return static_cast<void>(lacks_login(trial, plan, "state-foreign", out));
  trial.scenario.answers = {scenario.secret("typed1"), scenario.secret("typed2")};
  if (!scenario.answers.empty()) trial.scenario.answers = scenario.answers;
  Script bare;
  bare.server = Server::bare;
  trial.save(trial.perform(Step::login, bare, "into nothing"));
  const json::Value fresh = trial.state;
  trial.state = json::Object{{"heygen_check", foreign_member()}};
  trial.save(trial.perform(Step::login));
  const json::Value first = trial.state;
  judge_foreign(trial, "login()", out);
  if (plan.works(Step::refresh)) {
    trial.save(trial.perform(Step::refresh));
    judge_foreign(trial, "refresh()", out);
  }
  trial.state = first;
  const CallResult second = trial.perform(Step::login, bare, "over another login");
  if (second.raw != HEYGEN_OK) return out.unchecked("login-replaces", "a second login: " + ended(second));
  trial.save(second);
  out.cover("login-replaces");
  json::Value own = first;
  own.erase("heygen_check");
  judge_lingering(own, trial.state, fresh, out);
}

// ---- time -----------------------------------------------------------------------------------------------------------

void expired(const Path& library, const Scenario& scenario, const Plan& plan, Findings& out) {
  if (!plan.works(Step::resolve)) return out.unchecked("expiry-fixed", "resolve() did not succeed");
  Trial trial(library, scenario, out);
  trial.arrange(Step::resolve);
  const CallResult baseline = trial.perform(Step::resolve);
  if (!baseline.answer.expires_at) return out.not_applicable("expiry-fixed", "it tells no expiry");
  out.cover("expiry-fixed");
  Script later;
  later.now = *baseline.answer.expires_at + 3'600;
  const CallResult result = trial.perform(Step::resolve, later, "an hour after the expiry");
  const bool seems_fresh =
      result.raw == HEYGEN_OK && result.requests == 0 && result.answer.expires_at.value_or(0) > later.now;
  if (seems_fresh) out.fail("expiry-fixed", "resolve() gives the same credential a later expiry");
}

void odd_clock(const Path& library, const Scenario& scenario, const Plan& plan, Findings& out) {
  constexpr std::int64_t kFar = 253'402'300'799;  // the end of 9999
  out.cover("expiry-clock");
  for (const Step step : {Step::login, Step::resolve, Step::refresh, Step::resolve_variable}) {
    if (!plan.works(step)) continue;
    for (const auto& [now, what] : {std::pair{std::int64_t{0}, "in 1970"}, std::pair{kFar, "in 9999"}}) {
      Trial trial(library, scenario, out);
      trial.arrange(step);
      Script script;
      script.now = now;
      const CallResult result = trial.perform(step, script, what);
      const bool fine = result.raw == HEYGEN_OK || result.raw == HEYGEN_REJECTED || result.raw == HEYGEN_NEEDS_USER;
      if (!fine) out.fail("expiry-clock", called(step, what) + ended(result));
    }
  }
}

void outcomes(const Path& library, const Scenario& scenario, const Plan& plan, Findings& out) {
  Trial trial(library, scenario, out);
  if (trial.module().api.report_outcome == nullptr) {
    return out.not_applicable("outcome-any", "it has no report_outcome()");
  }
  static_cast<void>(plan);
  out.cover("outcome-any");
  TestHost host(trial.scenario, trial.manifest(), trial.module().api, out);
  for (const int status : {0, 200, 401, 403, 500, 999}) {
    for (const json::Value& state : {json::Value(json::Object{}), json::Value(scenario.state)}) {
      const heygen_outcome outcome{sizeof(heygen_outcome), status, status == 401 ? 0 : 1, 0};
      const CallResult result = host.run(provider::Function::report_outcome, Reason::first_use, state, {},
                                         "HTTP " + std::to_string(status), &outcome);
      if (result.raw == HEYGEN_INTERNAL)
        out.fail("outcome-any", "HTTP " + std::to_string(status) + ": " + ended(result));
    }
  }
}

// ---- cancellation ---------------------------------------------------------------------------------------------------

constexpr std::int64_t kPromptly = 200;

/// Slow machines are given more chances to be quick, and what works instead of waiting, to end first.
void cancel_once(const Path& library, const Scenario& scenario, Step step, const Script& script,
                 const std::string& what, Findings& out) {
  CallResult result;
  constexpr int kTries = 5;
  for (int tries = 0; tries < kTries; ++tries) {
    Trial trial(library, scenario, out);
    trial.arrange(step);
    result = trial.perform(step, script, what);
    if (result.after_cancel < 0) return;  // it ended first
    const bool waits_for_host = script.cancel_at >= 0;
    if (result.after_cancel <= kPromptly && (waits_for_host || result.raw == HEYGEN_CANCELED)) break;
  }
  // What a refresh has got already is worth more than the status: the old token may be used up.
  const bool saved = step == Step::refresh && script.cancel_at > 0 && result.raw == HEYGEN_OK;
  if (result.after_cancel > kPromptly) {
    out.fail("cancel-prompt", called(step, what) + "it continued for " + std::to_string(result.after_cancel) + " ms");
  } else if (result.raw != HEYGEN_CANCELED && !saved) {
    out.fail("cancel-prompt", called(step, what) + ended(result));
  }
}

void stopped(const Path& library, const Scenario& scenario, const Plan& plan, Findings& out) {
  constexpr int kMostWaits = 5;
  bool any = false;
  for (const Step step : kSteps) {
    const Baseline& baseline = plan.of(step);
    if (!baseline.reached || step == Step::outcome) continue;
    for (int wait = 0; wait < std::min(baseline.waits, kMostWaits); ++wait) {
      any = true;
      Script script;
      script.cancel_at = wait;
      cancel_once(library, scenario, step, script, "stopped at its wait " + std::to_string(wait + 1), out);
    }
    if (baseline.milliseconds > kPromptly) {
      any = true;
      Script script;
      script.cancel_after_ms = 50;
      cancel_once(library, scenario, step, script, "stopped while it waits by itself", out);
    }
  }
  if (any) return out.cover("cancel-prompt");
  out.not_applicable("cancel-prompt", "it waits for nothing");
}

constexpr auto kCases = std::to_array<Case>({
    {"init again", "entry-init", init_again},
    {"smaller structs", "growth-smaller", smaller},
    {"larger structs", "growth-larger", larger},
    {"nothing configured", "status-absent", nothing_there},
    {"damaged state", "status-broken", damaged},
    {"a server that refuses", "status-rejected", refused},
    {"a failing server", "status-transient", failing_server},
    {"a revocation that fails", "revoke-confirmed", revoked},
    {"no user may be asked", "user-never-asked", forbidden_to_ask},
    {"a report", "resolve-explain", explained},
    {"state alone", "login-alone", from_state_alone},
    {"state in another order", "state-round-trip", reordered},
    {"a login over another", "login-replaces", replaced},
    {"a redirect of another login", "login-state", foreign_redirect},
    {"two logins", "login-state", second_login},
    {"a rotated refresh token", "refresh-rotates", rotated_token},
    {"no expiry from the server", "expiry-invented", unknown_expiry},
    {"a token of 5,000 bytes", "answer-long", long_token},
    {"another request", "reach-told", other_request},
    {"a lost cache", "cache-lost", lost_cache},
    {"expired state", "expiry-fixed", expired},
    {"the clock at its edges", "expiry-clock", odd_clock},
    {"outcomes", "outcome-any", outcomes},
    {"cancellation", "cancel-prompt", stopped},
});

}  // namespace

void look_at_library(const Path& library, Findings& findings) {
  const auto module = load_module(library, false, findings);
  if (!module) return;
  constexpr int kLongest = 1'000;
  if (module->load_ms > kLongest && !runtime_accepted()) {
    findings.fail("load-time", "it took " + std::to_string(module->load_ms) + " ms");
  }
  findings.facts =
      sdk::object({{"manifest", json::write(provider::to_json(module->described))}, {"cost", module->cost}});
  if (runtime_accepted()) findings.not_applicable("thread-left", "it declares HEYGEN_PROVIDER_RUNTIME");
  module->entry->deinit();
}

void survey(const Path& library, const Scenario& scenario, Findings& findings) {
  Trial trial(library, scenario, findings);
  const Plan plan = NormalRun(trial, findings, false).run();
  findings.cover("status-internal");
  findings.cover("process-crash");
  for (const auto& [step, baseline] : plan.baseline) {
    if (baseline.reached && baseline.status == HEYGEN_INTERNAL) {
      findings.fail("status-internal", called(step) + "it ended in HEYGEN_INTERNAL");
    }
  }
  judge_round_trip(trial, plan, findings);
  trial.deinit();
  findings.facts = to_json(plan);
}

std::span<const Case> cases() {
  return kCases;
}

void without_service(const Path& library, const Scenario& scenario, const std::string& service, Findings& findings) {
  findings.cover("growth-services");
  for (const Step step : kSteps) {
    Trial trial(library, scenario, findings);
    if (!trial.arrange(step)) continue;
    Script script;
    script.missing_service = service;
    const CallResult result = trial.perform(step, script, "without " + service);
    if (result.raw == HEYGEN_INTERNAL) {
      findings.fail("growth-services", called(step, "without " + service) + ended(result));
    }
  }
}

}  // namespace heygen::check
