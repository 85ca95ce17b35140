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

std::int64_t number_at(const json::Value& value, const char* name) {
  const json::Value* member = value.find(name);
  return member != nullptr ? member->to_int64().value_or(0) : 0;
}

}  // namespace

const char* name_of(Step step) {
  constexpr std::array<const char*, 7> kNames{"login",  "resolve after a login", "resolve", "outcome", "refresh",
                                              "revoke", "resolve from variables"};
  return kNames.at(static_cast<std::size_t>(step));
}

json::Value to_json(const Plan& plan) {
  json::Object steps;
  for (const auto& [step, baseline] : plan.baseline) {
    steps.emplace_back(name_of(step), json::Object{{"reached", baseline.reached},
                                                   {"status", baseline.status},
                                                   {"requests", baseline.requests},
                                                   {"waits", baseline.waits},
                                                   {"milliseconds", baseline.milliseconds}});
  }
  json::Array services(plan.services.begin(), plan.services.end());
  return json::Object{{"steps", steps}, {"services", services}, {"refreshable", plan.refreshable}};
}

Plan plan_from(const json::Value& facts) {
  Plan plan;
  const json::Value* steps = facts.find("steps");
  for (const Step step : kSteps) {
    Baseline& baseline = plan.baseline[step];
    const json::Value* given = steps != nullptr ? steps->find(name_of(step)) : nullptr;
    if (given == nullptr) continue;
    const json::Value* reached = given->find("reached");
    baseline.reached = reached != nullptr && reached->as_bool();
    baseline.status = static_cast<heygen_status>(number_at(*given, "status"));
    baseline.requests = static_cast<int>(number_at(*given, "requests"));
    baseline.waits = static_cast<int>(number_at(*given, "waits"));
    baseline.milliseconds = number_at(*given, "milliseconds");
  }
  if (const json::Value* services = facts.find("services")) {
    for (const json::Value& one : services->as_array()) plan.services.insert(one.as_string());
  }
  const json::Value* refreshable = facts.find("refreshable");
  plan.refreshable = refreshable != nullptr && refreshable->as_bool();
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
  const bool by_variable = step == Step::resolve_variable;
  for (const std::string& name : manifest().credential_env) {
    if (by_variable && !scenario.environment.contains(name)) scenario.environment[name] = scenario.secret("env");
  }
  state = json::Object{};
  if (by_variable) return !manifest().credential_env.empty() || manifest().ambient;
  if (step == Step::login) return true;
  state = scenario.state;
  if (!state.as_object().empty()) return true;
  const CallResult result = perform(Step::login);
  save(result);
  return result.raw == HEYGEN_OK;
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
