#include "sdk/tools/check/case/cases.hpp"

#include <algorithm>
#include <array>

namespace heygen::check {
namespace {

using provider::Reason;
using Path = std::filesystem::path;

std::string ended(const Done& done) {
  return std::string("it ended in ") + status_name(done.raw);
}
std::string called(Step step, const std::string& what = {}) {
  return std::string(name_of(step)) + (what.empty() ? "" : ", " + what) + ": ";
}

bool same_headers(const Done& left, const Done& right) {
  return left.answer.headers == right.answer.headers;
}

// ---- the ordinary life ----------------------------------------------------------------------------------------------

void judge_login(const Bench& bench, const Done& login, Findings& out) {
  out.cover("R2.6-no-login");
  if (bench.manifest().has_login && login.raw == HEYGEN_UNSUPPORTED) {
    out.fail("R2.6-no-login", "login(): HEYGEN_UNSUPPORTED, and HEYGEN_PROVIDER_NO_LOGIN is not set");
  } else if (!bench.manifest().has_login && login.raw != HEYGEN_UNSUPPORTED) {
    out.fail("R2.6-no-login", "login(): " + ended(login) + ", and HEYGEN_PROVIDER_NO_LOGIN is set");
  }
  if (!bench.manifest().has_login) return out.not_applicable("R2.10-interactions", "it has no login");
  out.cover("R2.10-interactions");
  if (login.asked_terminal && !bench.manifest().interacts_terminal) {
    out.fail("R2.10-interactions", "login() asks on the terminal without HEYGEN_INTERACTS_TERMINAL");
  }
  if (login.asked_browser && !bench.manifest().interacts_browser) {
    out.fail("R2.10-interactions", "login() opens a browser without HEYGEN_INTERACTS_BROWSER");
  }
}

void judge_refresh(Bench& bench, const Done& resolved, Done& refreshed, Findings& out) {
  if (resolved.raw != HEYGEN_OK) return out.unchecked("R2.6-refresh", "resolve() did not succeed");
  if (!resolved.answer.refreshable) return out.not_applicable("R2.6-refresh", "it says nothing can be refreshed");
  if (refreshed.raw == HEYGEN_UNSUPPORTED) {
    return out.fail("R2.6-refresh", "resolve() says set_refreshable(1), and refresh() is HEYGEN_UNSUPPORTED");
  }
  if (refreshed.raw != HEYGEN_OK) return out.unchecked("R2.6-refresh", "refresh(): " + ended(refreshed));
  const bool misused = refreshed.answer.status != provider::Status::ok;
  if (!misused && !refreshed.answer.patch) return out.fail("R2.6-refresh", "refresh() succeeded without set_state");
  out.cover("R2.6-refresh");
  bench.save(refreshed);
  const Done again = bench.perform(Step::resolve, {}, "after a refresh");
  if (!misused && again.raw != HEYGEN_OK) out.fail("R2.6-round-trip", "resolve() after a refresh: " + ended(again));
}

void judge_round_trip(const Plan& plan, Findings& out) {
  if (!plan.works(Step::login)) return out.unchecked("R2.6-round-trip", "no login came about");
  out.cover("R2.6-round-trip");
  for (const Step step : {Step::try_login, Step::resolve}) {
    if (!plan.works(step)) {
      out.fail("R2.6-round-trip", std::string(name_of(step)) + " ended in " + status_name(plan.of(step).status) +
                                      " with what login() stored");
    }
  }
}

void note(Plan& plan, Step step, const Done& done) {
  plan.usual[step] = {true, done.raw, done.requests, done.waits, done.milliseconds};
  plan.services.insert(done.services.begin(), done.services.end());
}

Plan live(Bench& bench, Findings& out, bool larger) {
  Script script;
  script.larger = larger;
  Plan plan;
  for (const Step step : kSteps) plan.usual[step];
  bench.arrange(Step::login);
  const Done login = bench.perform(Step::login, script);
  note(plan, Step::login, login);
  bench.save(login);
  if (!larger) judge_login(bench, login, out);
  if (bench.arrange(Step::resolve)) {
    note(plan, Step::try_login, bench.perform(Step::try_login, script));
    const Done resolved = bench.perform(Step::resolve, script);
    note(plan, Step::resolve, resolved);
    plan.refreshable = resolved.answer.refreshable;
    if (bench.module().api.report_outcome != nullptr) {
      note(plan, Step::outcome, bench.perform(Step::outcome, script));
    }
    Done refreshed = bench.perform(Step::refresh, script);
    note(plan, Step::refresh, refreshed);
    if (!larger) judge_refresh(bench, resolved, refreshed, out);
    note(plan, Step::revoke, bench.perform(Step::revoke, script));
  }
  if (bench.arrange(Step::resolve_variable)) {
    note(plan, Step::resolve_variable, bench.perform(Step::resolve_variable, script));
  }
  return plan;
}

// ---- growth ---------------------------------------------------------------------------------------------------------

void init_again(const Path& library, const World& world, const Plan& plan, Findings& out) {
  Bench bench(library, world, out);
  for (const char* round : {"second", "third"}) {
    bench.deinit();
    const heygen_status status = call_init(bench.module(), 0, 0);
    if (status != HEYGEN_OK) {
      return out.fail("R2.1-init", std::string("the ") + round + " init() ended in " + status_name(status));
    }
  }
  const Done done = bench.perform(Step::login, {}, "after init() again");
  if (done.raw != plan.of(Step::login).status) out.fail("R2.1-init", "login() after init() again: " + ended(done));
  bench.deinit();
}

void smaller(const Path& library, const World& world, const Plan& plan, Findings& out) {
  out.cover("R2.2-smaller");
  Bench bench(library, world, out);
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
      bench.arrange(step);
      Script script;
      script.call_cut = call_cut;
      script.sink_cut = sink_cut;
      script.outcome_cut = outcome_cut;
      const Done done = bench.perform(step, script, what);
      if (done.raw == HEYGEN_OK) out.fail("R2.2-smaller", called(step, what) + "it was not refused");
    }
  }
  bench.deinit();
  const heygen_status status = call_init(bench.module(), sizeof(heygen_host) - kHeader, 0);
  if (status == HEYGEN_OK) out.fail("R2.2-smaller", "init(): a host of 8 bytes was not refused");
}

void larger(const Path& library, const World& world, const Plan& plan, Findings& out) {
  out.cover("R2.2-larger");
  Bench bench(library, world, out, true);
  const Plan grown = live(bench, out, true);
  for (const Step step : kSteps) {
    if (grown.of(step).reached && plan.of(step).reached && grown.of(step).status != plan.of(step).status) {
      out.fail("R2.2-larger",
               called(step) + status_name(grown.of(step).status) + " instead of " + status_name(plan.of(step).status));
    }
  }
}

// ---- status ---------------------------------------------------------------------------------------------------------

void nothing_there(const Path& library, const World& world, const Plan&, Findings& out) {
  World empty;
  empty.mark = world.mark;
  Bench bench(library, empty, out);
  out.cover("R2.5-absent");
  const Done done = bench.resolve(Reason::first_use, json::Object{}, {}, "with nothing configured");
  const bool ambient = bench.manifest().ambient && done.raw != HEYGEN_INTERNAL;
  if (done.raw != HEYGEN_NOT_CONFIGURED && !ambient) out.fail("R2.5-absent", "resolve(): " + ended(done));
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

void judge_damaged(const Done& done, const Done& sound, bool wrong_kind, const std::string& what, Findings& out) {
  const std::string sentence = "resolve() with " + what + ": " + ended(done);
  if (done.raw == HEYGEN_INTERNAL || done.raw == HEYGEN_TRANSIENT) {
    out.fail("R2.5-garbage", sentence);
  } else if (done.raw == HEYGEN_NOT_CONFIGURED && wrong_kind) {
    out.fail("R2.5-garbage", sentence + ", so another provider would be asked");
  } else if (done.raw == HEYGEN_OK && wrong_kind && !same_headers(done, sound)) {
    out.fail("R2.5-garbage", sentence + ", and the header was made of it");
  }
}

void damaged(const Path& library, const World& world, const Plan& plan, Findings& out) {
  if (!plan.works(Step::resolve)) return out.unchecked("R2.5-garbage", "no stored state came about");
  Bench bench(library, world, out);
  bench.arrange(Step::resolve);
  const json::Value whole = bench.state;
  if (whole.as_object().empty()) return out.not_applicable("R2.5-garbage", "it stores nothing");
  out.cover("R2.5-garbage");
  Script garbage;
  garbage.damaged = true;
  const Done sound = bench.resolve(Reason::first_use, whole, {}, "");
  for (const auto& [name, kept] : whole.as_object()) {
    for (const Damage& damage : damages()) {
      if (kept.is_number() && damage.value.is_number()) continue;
      if (kept.is_bool() && damage.value.is_bool()) continue;
      const std::string what = "`" + name + "` " + damage.what;
      bench.state = whole;
      bench.state.set(name, damage.value);
      const Done done = bench.resolve(Reason::first_use, bench.state, garbage, what);
      judge_damaged(done, sound, damage.wrong_kind, what, out);
    }
  }
  bench.state = whole;
  for (auto& [name, value] : bench.state.as_object()) value = json::Array{};
  const Done done = bench.perform(Step::refresh, garbage, "all members lists");
  if (done.raw == HEYGEN_INTERNAL || done.raw == HEYGEN_OK) {
    out.fail("R2.5-garbage", "refresh() with all members lists: " + ended(done));
  }
}

/// Each step that asks a server, with a server of another mood.
template <class Judge>
void with_server(const Path& library, const World& world, const Plan& plan, Findings& out, std::string_view rule,
                 std::initializer_list<std::pair<Server, const char*>> moods, Judge judge) {
  bool any = false;
  for (const Step step : {Step::login, Step::refresh, Step::resolve, Step::resolve_variable}) {
    if (!plan.works(step) || plan.of(step).requests == 0) continue;
    any = true;
    for (const auto& [server, what] : moods) {
      Bench bench(library, world, out);
      bench.arrange(step);
      Script script;
      script.server = server;
      judge(step, bench.perform(step, script, what), what);
    }
  }
  if (any) return out.cover(rule);
  out.not_applicable(rule, "nothing that succeeded in the check asks a server");
}

void refused(const Path& library, const World& world, const Plan& plan, Findings& out) {
  with_server(library, world, plan, out, "R2.5-refused",
              {{Server::refuses400, "HTTP 400 invalid_grant"}, {Server::refuses401, "HTTP 401 invalid_grant"}},
              [&](Step step, const Done& done, const char* what) {
                if (done.raw != HEYGEN_REJECTED) out.fail("R2.5-refused", called(step, what) + ended(done));
              });
}

void in_trouble(const Path& library, const World& world, const Plan& plan, Findings& out) {
  with_server(library, world, plan, out, "R2.5-transient",
              {{Server::fails500, "HTTP 500"}, {Server::fails503, "HTTP 503"}, {Server::silent, "no reply"}},
              [&](Step step, const Done& done, const char* what) {
                if (done.raw != HEYGEN_TRANSIENT) out.fail("R2.5-transient", called(step, what) + ended(done));
              });
}

void revoked(const Path& library, const World& world, const Plan& plan, Findings& out) {
  if (!plan.of(Step::revoke).reached) return out.unchecked("R2.6-revoke", "no stored state came about");
  if (!plan.works(Step::revoke)) {
    return out.not_applicable("R2.6-revoke", std::string("revoke() is ") + status_name(plan.of(Step::revoke).status));
  }
  if (plan.of(Step::revoke).requests == 0) return out.unchecked("R2.6-revoke", "it asks no server through the host");
  out.cover("R2.6-revoke");
  Bench bench(library, world, out);
  bench.arrange(Step::revoke);
  for (const auto& [server, what] : {std::pair{Server::fails500, "HTTP 500"}, std::pair{Server::silent, "no reply"}}) {
    Script script;
    script.server = server;
    const Done done = bench.perform(Step::revoke, script, what);
    if (done.raw == HEYGEN_OK) out.fail("R2.6-revoke", called(Step::revoke, what) + ended(done));
  }
}

// ---- what a call says -----------------------------------------------------------------------------------------------

void forbidden_to_ask(const Path& library, const World& world, const Plan& plan, Findings& out) {
  bool any = false;
  for (const Step step : {Step::login, Step::resolve, Step::refresh, Step::revoke, Step::resolve_variable}) {
    if (!plan.of(step).reached) continue;
    Bench bench(library, world, out);
    bench.arrange(step);
    Script script;
    script.interaction = provider::Interaction::never;
    const Done done = bench.perform(step, script, "nobody may be asked");
    any = any || done.denied || done.raw == HEYGEN_NEEDS_USER;
    if (done.denied && done.raw != HEYGEN_NEEDS_USER && done.raw != HEYGEN_OK) {
      out.fail("R2.6-never-asks", called(step, "nobody may be asked") + ended(done));
    }
  }
  if (any) return out.cover("R2.6-never-asks");
  out.not_applicable("R2.6-never-asks", "it asks nobody");
}

void explained(const Path& library, const World& world, const Plan& plan, Findings& out) {
  bool any = false;
  for (const Step step : {Step::resolve, Step::resolve_variable}) {
    if (!plan.works(step)) continue;
    any = true;
    Bench bench(library, world, out);
    bench.arrange(step);
    const Done done = bench.resolve(Reason::explain, bench.state, {}, "for a report");
    const bool asked = done.asked_terminal || done.asked_browser;
    if (done.requests > 0 || asked) {
      out.fail("R2.6-explain", called(step, "for a report") + (asked ? "it asks a person" : "it uses the network"));
    } else if (done.raw != HEYGEN_OK) {
      out.fail("R2.6-explain", called(step, "for a report") + ended(done));
    }
  }
  if (any) return out.cover("R2.6-explain");
  out.unchecked("R2.6-explain", "resolve() did not succeed");
}

void from_state_alone(const Path& library, const World& world, const Plan& plan, Findings& out) {
  if (!plan.works(Step::login)) return out.unchecked("R2.6-login-alone", "no login came about");
  Bench bench(library, world, out);
  if (bench.manifest().credential_env.empty()) {
    return out.not_applicable("R2.6-login-alone", "no variable holds a credential");
  }
  out.cover("R2.6-login-alone");
  bench.arrange(Step::try_login);
  for (const std::string& name : bench.manifest().credential_env) bench.world.environment[name] = world.secret("env");
  const Done done = bench.perform(Step::try_login, {}, "with variables set");
  for (const provider::CredentialHeader& header : done.answer.headers) {
    if (header.value.reveal().find(world.secret("env")) != std::string::npos) {
      out.fail("R2.6-login-alone", "resolve() after a login gives the variable's credential");
    }
  }
}

// ---- the state ------------------------------------------------------------------------------------------------------

void reordered(const Path& library, const World& world, const Plan& plan, Findings& out) {
  if (!plan.works(Step::resolve)) return out.unchecked("R2.6-round-trip", "no stored state came about");
  Bench bench(library, world, out);
  bench.arrange(Step::resolve);
  const Done usual = bench.perform(Step::resolve);
  auto& members = bench.state.as_object();
  members.emplace_back("heygen_check", json::Object{{"list", json::Array{1, "text", json::Value()}}});
  std::ranges::reverse(members);
  out.cover("R2.6-round-trip");
  const Done done = bench.perform(Step::resolve, {}, "members in another order");
  if (done.raw != usual.raw || !same_headers(done, usual)) {
    out.fail("R2.6-round-trip", "resolve() answers otherwise when members come in another order");
  }
}

json::Value foreign_member() {
  return json::Object{{"kept", json::Number{"12345678901234567890"}}};
}

void judge_foreign(const Bench& bench, const char* function, Findings& out) {
  out.cover("R2.3-foreign");
  const json::Value* kept = bench.state.find("heygen_check");
  if (kept == nullptr || !(*kept == foreign_member())) {
    out.fail("R2.3-foreign", std::string(function) + " changes a member that it does not know");
  }
}

void judge_lingering(const json::Value& first, const json::Value& after, const json::Value& fresh, Findings& out) {
  for (const auto& [name, value] : after.as_object()) {
    const json::Value* alone = fresh.find(name);
    const json::Value* before = first.find(name);
    const bool lingers = before != nullptr && *before == value && (alone == nullptr || !(*alone == value));
    if (lingers) out.fail("R2.3-login-replaces", "`" + name + "` of the login before stays");
  }
}

void replaced(const Path& library, const World& world, const Plan& plan, Findings& out) {
  constexpr const char* kNone = "no login came about";
  if (!plan.works(Step::login)) {
    out.unchecked("R2.3-login-replaces", kNone);
    return out.unchecked("R2.3-foreign", kNone);
  }
  Bench bench(library, world, out);
  bench.world.answers = {world.secret("typed1"), world.secret("typed2")};
  if (!world.answers.empty()) bench.world.answers = world.answers;
  Script bare;
  bare.server = Server::bare;
  bench.save(bench.perform(Step::login, bare, "into nothing"));
  const json::Value fresh = bench.state;
  bench.state = json::Object{{"heygen_check", foreign_member()}};
  bench.save(bench.perform(Step::login));
  const json::Value first = bench.state;
  judge_foreign(bench, "login()", out);
  if (plan.works(Step::refresh)) {
    bench.save(bench.perform(Step::refresh));
    judge_foreign(bench, "refresh()", out);
  }
  bench.state = first;
  const Done second = bench.perform(Step::login, bare, "over another login");
  if (second.raw != HEYGEN_OK) return out.unchecked("R2.3-login-replaces", "a second login: " + ended(second));
  bench.save(second);
  out.cover("R2.3-login-replaces");
  json::Value own = first;
  own.erase("heygen_check");
  judge_lingering(own, bench.state, fresh, out);
}

// ---- time -----------------------------------------------------------------------------------------------------------

void expired(const Path& library, const World& world, const Plan& plan, Findings& out) {
  if (!plan.works(Step::resolve)) return out.unchecked("R2.6-expiry", "no stored state came about");
  Bench bench(library, world, out);
  bench.arrange(Step::resolve);
  const Done usual = bench.perform(Step::resolve);
  if (!usual.answer.expires_at) return out.not_applicable("R2.6-expiry", "it tells no expiry");
  out.cover("R2.6-expiry");
  Script later;
  later.now = *usual.answer.expires_at + 3'600;
  const Done done = bench.perform(Step::resolve, later, "an hour after the expiry");
  const bool seems_fresh =
      done.raw == HEYGEN_OK && done.requests == 0 && done.answer.expires_at.value_or(0) > later.now;
  if (seems_fresh) out.fail("R2.6-expiry", "resolve() gives the same credential a later expiry");
}

void odd_clock(const Path& library, const World& world, const Plan& plan, Findings& out) {
  constexpr std::int64_t kFar = 253'402'300'799;  // the end of 9999
  out.cover("R2.6-clock");
  for (const Step step : {Step::login, Step::resolve, Step::refresh, Step::resolve_variable}) {
    if (!plan.works(step)) continue;
    for (const auto& [now, what] : {std::pair{std::int64_t{0}, "in 1970"}, std::pair{kFar, "in 9999"}}) {
      Bench bench(library, world, out);
      bench.arrange(step);
      Script script;
      script.now = now;
      const Done done = bench.perform(step, script, what);
      const bool fine = done.raw == HEYGEN_OK || done.raw == HEYGEN_REJECTED || done.raw == HEYGEN_NEEDS_USER;
      if (!fine) out.fail("R2.6-clock", called(step, what) + ended(done));
    }
  }
}

void outcomes(const Path& library, const World& world, const Plan& plan, Findings& out) {
  Bench bench(library, world, out);
  if (bench.module().api.report_outcome == nullptr) {
    return out.not_applicable("R2.6-outcome", "it has no report_outcome()");
  }
  static_cast<void>(plan);
  out.cover("R2.6-outcome");
  FakeHost host(bench.world, bench.manifest(), bench.module().api, out);
  for (const int status : {0, 200, 401, 403, 500, 999}) {
    for (const json::Value& state : {json::Value(json::Object{}), json::Value(world.state)}) {
      const heygen_outcome outcome{sizeof(heygen_outcome), status, status == 401 ? 0 : 1, 0};
      const Done done = host.run(provider::Function::report_outcome, Reason::first_use, state, {},
                                 "HTTP " + std::to_string(status), &outcome);
      if (done.raw == HEYGEN_INTERNAL) out.fail("R2.6-outcome", "HTTP " + std::to_string(status) + ": " + ended(done));
    }
  }
}

// ---- cancellation ---------------------------------------------------------------------------------------------------

constexpr std::int64_t kPromptly = 200;

/// Slow machines are given more chances to be quick, and what works instead of waiting, to end first.
void cancel_once(const Path& library, const World& world, Step step, const Script& script, const std::string& what,
                 Findings& out) {
  Done done;
  constexpr int kTries = 5;
  for (int tries = 0; tries < kTries; ++tries) {
    Bench bench(library, world, out);
    bench.arrange(step);
    done = bench.perform(step, script, what);
    if (done.after_cancel < 0) return;  // it ended first
    const bool waits_for_host = script.cancel_at >= 0;
    if (done.after_cancel <= kPromptly && (waits_for_host || done.raw == HEYGEN_CANCELLED)) break;
  }
  // What a refresh has got already is worth more than the status: the old token may be used up.
  const bool saved = step == Step::refresh && script.cancel_at > 0 && done.raw == HEYGEN_OK;
  if (done.after_cancel > kPromptly) {
    out.fail("R2.7-cancel", called(step, what) + "it went on for " + std::to_string(done.after_cancel) + " ms");
  } else if (done.raw != HEYGEN_CANCELLED && !saved) {
    out.fail("R2.7-cancel", called(step, what) + ended(done));
  }
}

void stopped(const Path& library, const World& world, const Plan& plan, Findings& out) {
  constexpr int kMostWaits = 5;
  bool any = false;
  for (const Step step : kSteps) {
    const Usual& usual = plan.of(step);
    if (!usual.reached || step == Step::outcome) continue;
    for (int wait = 0; wait < std::min(usual.waits, kMostWaits); ++wait) {
      any = true;
      Script script;
      script.cancel_at = wait;
      cancel_once(library, world, step, script, "stopped at its wait " + std::to_string(wait + 1), out);
    }
    if (usual.milliseconds > kPromptly) {
      any = true;
      Script script;
      script.cancel_after_ms = 50;
      cancel_once(library, world, step, script, "stopped while it waits by itself", out);
    }
  }
  if (any) return out.cover("R2.7-cancel");
  out.not_applicable("R2.7-cancel", "it waits for nothing");
}

constexpr auto kCases = std::to_array<Case>({
    {"init again", "R2.1-init", init_again},
    {"smaller structs", "R2.2-smaller", smaller},
    {"larger structs", "R2.2-larger", larger},
    {"nothing configured", "R2.5-absent", nothing_there},
    {"damaged state", "R2.5-garbage", damaged},
    {"a server that refuses", "R2.5-refused", refused},
    {"a server in trouble", "R2.5-transient", in_trouble},
    {"a revocation that fails", "R2.6-revoke", revoked},
    {"nobody may be asked", "R2.6-never-asks", forbidden_to_ask},
    {"a report", "R2.6-explain", explained},
    {"state alone", "R2.6-login-alone", from_state_alone},
    {"state in another order", "R2.6-round-trip", reordered},
    {"a login over another", "R2.3-login-replaces", replaced},
    {"expired state", "R2.6-expiry", expired},
    {"the clock at its edges", "R2.6-clock", odd_clock},
    {"outcomes", "R2.6-outcome", outcomes},
    {"cancellation", "R2.7-cancel", stopped},
});

}  // namespace

void look_at_library(const Path& library, Findings& findings) {
  const auto module = load_module(library, false, findings);
  if (!module) return;
  constexpr int kLongest = 1'000;
  if (module->load_ms > kLongest) {
    findings.fail("R2.9-init-time", "it took " + std::to_string(module->load_ms) + " ms");
  }
  findings.facts = provider::to_json(module->described);
  module->entry->deinit();
}

void survey(const Path& library, const World& world, Findings& findings) {
  Bench bench(library, world, findings);
  const Plan plan = live(bench, findings, false);
  findings.cover("R2.5-internal");
  findings.cover("R2.4-boundary");
  for (const auto& [step, usual] : plan.usual) {
    if (usual.reached && usual.status == HEYGEN_INTERNAL) {
      findings.fail("R2.5-internal", called(step) + "it ended in HEYGEN_INTERNAL");
    }
  }
  judge_round_trip(plan, findings);
  bench.deinit();
  findings.facts = to_json(plan);
}

std::span<const Case> cases() {
  return kCases;
}

void without_service(const Path& library, const World& world, const std::string& service, Findings& findings) {
  findings.cover("R2.2-services");
  for (const Step step : kSteps) {
    Bench bench(library, world, findings);
    if (!bench.arrange(step)) continue;
    Script script;
    script.missing_service = service;
    const Done done = bench.perform(step, script, "without " + service);
    if (done.raw == HEYGEN_INTERNAL) {
      findings.fail("R2.2-services", called(step, "without " + service) + ended(done));
    }
  }
}

}  // namespace heygen::check
