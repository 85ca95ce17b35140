// SPDX-License-Identifier: Apache-2.0
#include "sdk/tools/check/case/credential_cases.hpp"

#include <algorithm>

#include "sdk/tools/check/case/wording.hpp"

namespace heygen::check {
namespace {

using Library = std::filesystem::path;

/// Its login has a redirect; what does not is said of the rule.
bool lacks_redirect(const Trial& trial, const Plan& plan, std::string_view rule, Findings& out) {
  if (lacks_login(trial, plan, rule, out)) return true;
  if (!plan.redirected) out.not_applicable(rule, "its login has no redirect");
  return !plan.redirected;
}

/// It must not believe such a redirect.
void refuse(const Library& library, const Scenario& scenario, Redirect redirect, const char* what,
            std::string_view rule, Findings& out) {
  Trial trial(library, scenario, out);
  trial.arrange(Step::login);
  Script script;
  script.redirect = redirect;
  const CallResult result = trial.perform(Step::login, script, what);
  if (result.raw == HEYGEN_OK) {
    out.fail(rule, "login(), " + std::string(what) + ": it was believed");
  } else if (result.sent.find(scenario.secret("code")) != std::string::npos) {
    out.fail(rule, "login(), " + std::string(what) + ": its code was sent to the server");
  }
}

/// Part of the secret's name by which the token of a response is found in what is sent.
std::string token_of_turn(const Scenario& scenario, int turn) {
  return scenario.mark + "-refresh_token" + std::to_string(turn);
}

bool sends(const CallResult& result, const std::string& text) {
  return result.sent.find(text) != std::string::npos;
}

constexpr const char* kRotates = "refresh-rotates";
constexpr int kSecondTurn = 3;

/// Refreshes once with such a server, and again: the second must send `expected`.
void refresh_twice(const Library& library, const Scenario& scenario, const Script& first, const std::string& expected,
                   const char* what, Findings& out) {
  Trial trial(library, scenario, out);
  trial.arrange(Step::refresh);
  const CallResult refreshed = trial.perform(Step::refresh, first, what);
  if (refreshed.raw != HEYGEN_OK) return out.unchecked(kRotates, called(Step::refresh, what) + ended(refreshed));
  const bool misused = refreshed.answer.status != provider::Status::ok;
  if (misused || (!refreshed.answer.patch && !refreshed.changed_cache))
    return out.unchecked(kRotates, "a refresh stores nothing");
  if (refreshed.canned && first.server == Server::bare) return;  // the world file's response has a token
  trial.save(refreshed);
  const CallResult again = trial.perform(Step::refresh, {}, std::string("after ") + what);
  out.cover(kRotates);
  if (!sends(again, expected)) {
    out.fail(kRotates, "refresh(), after " + std::string(what) + ": " +
                           (again.raw == HEYGEN_OK ? "it sent another token" : ended(again)));
  }
}

/// The secret of the check that a header has in full, or "".
std::string secret_in(const CallResult& result, const Scenario& scenario) {
  for (const char* name :
       {"access_token1", "token1", "key1", "api_key1", "secret1", "id_token1", "typed", "given", "env"}) {
    for (const provider::CredentialHeader& header : result.answer.headers) {
      const std::string_view value = header.value.reveal();
      const std::size_t at = value.find(scenario.secret(name));
      if (at != std::string_view::npos) return name;
    }
  }
  return {};
}

}  // namespace

void foreign_redirect(const Library& library, const Scenario& scenario, const Plan& plan, Findings& out) {
  const Trial trial(library, scenario, out);
  const bool lacks_state = lacks_redirect(trial, plan, "login-state", out);
  const bool lacks_issuer = lacks_redirect(trial, plan, "login-issuer", out);
  if (!lacks_state) {
    out.cover("login-state");
    refuse(library, scenario, Redirect::other_state, "a redirect with another `state`", "login-state", out);
    refuse(library, scenario, Redirect::no_state, "a redirect without `state`", "login-state", out);
  }
  if (lacks_issuer) return;
  if (!plan.issuer_promised) return out.not_applicable("login-issuer", "no metadata that it reads promises `iss`");
  out.cover("login-issuer");
  refuse(library, scenario, Redirect::other_issuer, "a redirect of another `iss`", "login-issuer", out);
  refuse(library, scenario, Redirect::no_issuer, "a redirect without `iss`", "login-issuer", out);
}

void second_login(const Library& library, const Scenario& scenario, const Plan& plan, Findings& out) {
  Trial trial(library, scenario, out);
  for (const char* rule : {"login-state", "login-pkce", "login-redirect"}) {
    if (lacks_redirect(trial, plan, rule, out)) continue;
    if (std::string_view(rule) != "login-state") out.not_applicable(rule, "it redeems no authorization code");
  }
  if (!plan.works(Step::login) || !plan.redirected) return;
  const CallResult first = trial.perform(Step::login), second = trial.perform(Step::login, {}, "again");
  if (first.redirect_state.empty()) return out.fail("login-state", "login(): the authorization request has no `state`");
  if (first.redirect_state == second.redirect_state || first.redirect_state == plan.redirect_state) {
    out.fail("login-state", "login(): two logins have the same `state`");
  }
  if (!first.verifier.empty() && first.verifier == second.verifier) {
    out.fail("login-pkce", "login(): two logins have the same code_verifier");
  }
}

void rotated_token(const Library& library, const Scenario& scenario, const Plan& plan, Findings& out) {
  Trial trial(library, scenario, out);
  if (lacks_login(trial, plan, kRotates, out)) return;
  if (!plan.refreshable) return out.not_applicable(kRotates, "it says nothing can be refreshed");
  if (!plan.works(Step::refresh)) return out.unchecked(kRotates, "no refresh worked");
  trial.arrange(Step::refresh);
  const CallResult refreshed = trial.perform(Step::refresh);
  const std::string first = token_of_turn(scenario, 1);
  if (!sends(refreshed, first)) return out.not_applicable(kRotates, "it sends no refresh token that the check gave");
  Script rotates;
  rotates.turn = kSecondTurn;
  refresh_twice(library, scenario, rotates, token_of_turn(scenario, kSecondTurn), "a new refresh token", out);
  Script bare;
  bare.server = Server::bare;
  refresh_twice(library, scenario, bare, first, "a response without a refresh token", out);
}

void unknown_expiry(const Library& library, const Scenario& scenario, const Plan& plan, Findings& out) {
  constexpr const char* kRule = "expiry-invented";
  Trial trial(library, scenario, out);
  if (lacks_login(trial, plan, kRule, out)) return;
  trial.arrange(Step::login);
  Script bare;
  bare.server = Server::bare;
  const CallResult login = trial.perform(Step::login, bare, "no expiry from the server");
  if (login.requests == 0) return out.not_applicable(kRule, "its login asks no server");
  if (login.canned) return out.not_applicable(kRule, "the world file's responses say what expires");
  if (login.raw != HEYGEN_OK)
    return out.unchecked(kRule, called(Step::login, "no expiry from the server") + ended(login));
  trial.save(login);
  const CallResult result = trial.perform(Step::resolve, bare, "no expiry from the server");
  out.cover(kRule);
  if (result.raw == HEYGEN_OK && result.reported_expiry) out.fail(kRule, "resolve(): it tells an expiry all the same");
}

void long_token(const Library& library, const Scenario& scenario, const Plan& plan, Findings& out) {
  constexpr const char* kRule = "answer-long";
  constexpr std::size_t kLong = 5'000;
  const Scenario large = scenario.with_long_secrets(kLong);
  bool any = false;
  for (const Step step : {Step::login, Step::resolve, Step::refresh, Step::resolve_variable}) {
    if (!plan.works(step)) continue;
    any = true;
    Trial usual(library, scenario, out), trial(library, large, out);
    usual.arrange(step);
    trial.arrange(step);
    const std::string name = secret_in(usual.perform(step), scenario);
    const CallResult result = trial.perform(step, {}, "a token of 5,000 bytes");
    if (result.raw != HEYGEN_OK) {
      out.fail(kRule, called(step, "a token of 5,000 bytes") + ended(result));
    } else if (!name.empty() && secret_in(result, large) != name) {
      out.fail(kRule, called(step, "a token of 5,000 bytes") + "no header has all of it");
    }
  }
  if (any) return out.cover(kRule);
  out.unchecked(kRule, "neither a login nor resolve() worked");
}

void other_request(const Library& library, const Scenario& scenario, const Plan& plan, Findings& out) {
  constexpr const char* kRule = "reach-told";
  bool any = false, differs = false;
  for (const Step step : {Step::resolve, Step::resolve_variable}) {
    if (!plan.works(step)) continue;
    any = true;
    Trial trial(library, scenario, out);
    trial.arrange(step);
    const CallResult first = trial.perform(step);
    Script script;
    script.method = "POST";
    script.path = "/v2/other?check=1";
    const CallResult second = trial.perform(step, script, "another request");
    const bool same = first.raw != HEYGEN_OK || second.raw != HEYGEN_OK || same_headers(first, second);
    differs = differs || !same || first.this_request;
    if (!same && !(first.this_request && second.this_request)) {
      out.fail(kRule, called(step, "another request") + "other headers, without HEYGEN_REACH_THIS_REQUEST");
    }
  }
  if (!any) return out.unchecked(kRule, "resolve() did not succeed");
  if (differs) return out.cover(kRule);
  out.not_applicable(kRule, "its answer is the same for each request");
}

void lost_cache(const Library& library, const Scenario& scenario, const Plan& plan, Findings& out) {
  constexpr const char* kRule = "cache-lost";
  if (!plan.uses_cache) return out.not_applicable(kRule, "it does not use heygen.cache/1");
  out.cover(kRule);
  for (const Step step : kSteps) {
    if (!plan.works(step) || step == Step::outcome) continue;
    Trial trial(library, scenario, out);
    trial.arrange(step);
    Script script;
    script.cache_lost = true;
    const CallResult result = trial.perform(step, script, "the cache is lost");
    if (result.raw != HEYGEN_OK) out.fail(kRule, called(step, "the cache is lost") + ended(result));
  }
}

}  // namespace heygen::check
