// SPDX-License-Identifier: Apache-2.0
#include "sdk/tools/check/case/trial.hpp"

#include <array>
#include <stdexcept>
#include <utility>

namespace heygen::check {
namespace {

using provider::Function;
using provider::Reason;

Module loaded(const std::filesystem::path& library, bool larger, Findings& findings) {
  auto module = load_module(library, larger, findings);
  if (!module) throw std::runtime_error("the library cannot be used");
  return *module;
}

}  // namespace

const char* name_of(Step step) {
  constexpr std::array<const char*, 8> kNames{"login",
                                              "resolve after a login",
                                              "resolve",
                                              "outcome",
                                              "refresh",
                                              "revoke",
                                              "resolve from variables",
                                              "refresh from variables"};
  return kNames.at(static_cast<std::size_t>(step));
}

Function function_of(Step step) {
  switch (step) {
    case Step::login:
      return Function::login;
    case Step::refresh:
    case Step::refresh_variable:
      return Function::refresh;
    case Step::revoke:
      return Function::revoke;
    case Step::outcome:
      return Function::report_outcome;
    default:
      return Function::resolve;
  }
}

void Plan::note(Step step, const CallResult& result) {
  baseline[step] = {
      true, result.raw, result.requests, result.waits, result.milliseconds, result.answer.message, result.last_request};
  services.insert(result.services.begin(), result.services.end());
  uses_cache = uses_cache || result.used_cache;
  if (step != Step::login) return;
  redirected = result.redirected;
  issuer_promised = result.issuer_promised;
  redirect_state = result.redirect_state;
}

sdk::Object to_json(const Plan& plan) {
  sdk::Object steps = sdk::object();
  for (const auto& [step, baseline] : plan.baseline) {
    steps->set(name_of(step), sdk::object({{"reached", baseline.reached},
                                           {"status", static_cast<int>(baseline.status)},
                                           {"requests", baseline.requests},
                                           {"waits", baseline.waits},
                                           {"milliseconds", baseline.milliseconds},
                                           {"message", baseline.message},
                                           {"last_request", baseline.last_request}}));
  }
  return sdk::object({{"steps", steps},
                      {"services", sdk::list(std::vector<sdk::Var>(plan.services.begin(), plan.services.end()))},
                      {"refreshable", plan.refreshable},
                      {"refreshes_first", plan.refreshes_first},
                      {"redirected", plan.redirected},
                      {"issuer_promised", plan.issuer_promised},
                      {"uses_cache", plan.uses_cache},
                      {"redirect_state", plan.redirect_state}});
}

Plan plan_from(const sdk::Object& facts) {
  const auto number = [](const sdk::Object& from, const char* name) {
    return static_cast<int>(sdk::number_at(from, name, 0));
  };
  Plan plan;
  const sdk::Object steps = sdk::object_in(facts->get("steps"));
  for (const Step step : kSteps) {
    const sdk::Object given = sdk::object_in(steps->get(name_of(step)));
    Baseline& baseline = plan.baseline[step];
    if (given->size() == 0) continue;
    baseline = {sdk::flag_at(given, "reached"),     static_cast<heygen_status>(number(given, "status")),
                number(given, "requests"),          number(given, "waits"),
                number(given, "milliseconds"),      sdk::text_at(given, "message"),
                sdk::text_at(given, "last_request")};
  }
  for (const sdk::Var& service : sdk::items_in(facts->get("services"))) plan.services.insert(sdk::text_in(service));
  plan.refreshable = sdk::flag_at(facts, "refreshable");
  plan.refreshes_first = sdk::flag_at(facts, "refreshes_first");
  plan.redirected = sdk::flag_at(facts, "redirected");
  plan.issuer_promised = sdk::flag_at(facts, "issuer_promised");
  plan.uses_cache = sdk::flag_at(facts, "uses_cache");
  plan.redirect_state = sdk::text_at(facts, "redirect_state");
  return plan;
}

Trial::Trial(const std::filesystem::path& library, Scenario the_scenario, Findings& findings, bool larger)
    : scenario(std::move(the_scenario)), findings_(findings), module_(loaded(library, larger, findings)) {
  host_.emplace(scenario, module_.described, module_.api, findings_);
}

void Trial::save(const CallResult& result) {
  if (result.raw == HEYGEN_OK && result.answer.patch) json::merge_patch(state, *result.answer.patch);
}

bool Trial::arrange(Step step) {
  const bool alone = step == Step::resolve_variable || step == Step::refresh_variable;
  const auto set_variables = [&] {
    for (const std::string& name : manifest().credential_env) {
      if (!scenario.environment.contains(name)) scenario.environment[name] = scenario.secret("env");
    }
  };
  state = json::Object{};
  if (alone) {
    set_variables();
    return !manifest().credential_env.empty() || manifest().ambient;
  }
  if (step == Step::login) return true;
  state = scenario.state;
  if (state.as_object().empty() && !manifest().has_login) {
    set_variables();
  } else if (state.as_object().empty()) {
    if (scenario.left_out.contains("login")) return false;
    const CallResult result = perform(Step::login);
    save(result);
    if (result.raw != HEYGEN_OK) return false;
  }
  if (scenario.refreshes_first) refresh_first();
  return step != Step::try_login || manifest().has_login;
}

void Trial::refresh_first(const Script& given) {
  save(perform(Step::refresh, given, "before the first header"));
}

CallResult Trial::perform(Step step, const Script& given, const std::string& what) {
  Script script = given;
  if (step != Step::login && script.interaction == provider::Interaction::always) {
    script.interaction = provider::Interaction::if_terminal;
  }
  const auto run = [&](Function function, Reason reason, const heygen_outcome* outcome = nullptr) {
    return host_->run(function, reason, state, script, what, outcome);
  };
  switch (step) {
    case Step::login:
      return run(Function::login, Reason::login);
    case Step::try_login:
      return run(Function::resolve, Reason::login);
    case Step::refresh:
    case Step::refresh_variable:
      return run(Function::refresh, Reason::near_expiry);
    case Step::revoke:
      return run(Function::revoke, Reason::logout);
    case Step::outcome: {
      const heygen_outcome outcome{sizeof(heygen_outcome), 401, 0, 0};
      return run(Function::report_outcome, Reason::first_use, &outcome);
    }
    case Step::resolve:
    case Step::resolve_variable:
      break;
  }
  return run(Function::resolve, Reason::first_use);
}

CallResult Trial::resolve(Reason reason, const json::Value& with, const Script& given, const std::string& what) {
  Script script = given;
  if (script.interaction == provider::Interaction::always) script.interaction = provider::Interaction::if_terminal;
  return host_->run(Function::resolve, reason, with, script, what);
}

}  // namespace heygen::check
