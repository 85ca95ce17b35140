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
  for (const auto& [step, usual] : plan.usual) {
    steps.emplace_back(name_of(step), json::Object{{"reached", usual.reached},
                                                   {"status", usual.status},
                                                   {"requests", usual.requests},
                                                   {"waits", usual.waits},
                                                   {"milliseconds", usual.milliseconds}});
  }
  json::Array services(plan.services.begin(), plan.services.end());
  return json::Object{{"steps", steps}, {"services", services}, {"refreshable", plan.refreshable}};
}

Plan plan_from(const json::Value& facts) {
  Plan plan;
  const json::Value* steps = facts.find("steps");
  for (const Step step : kSteps) {
    Usual& usual = plan.usual[step];
    const json::Value* given = steps != nullptr ? steps->find(name_of(step)) : nullptr;
    if (given == nullptr) continue;
    const json::Value* reached = given->find("reached");
    usual.reached = reached != nullptr && reached->as_bool();
    usual.status = static_cast<heygen_status>(number_at(*given, "status"));
    usual.requests = static_cast<int>(number_at(*given, "requests"));
    usual.waits = static_cast<int>(number_at(*given, "waits"));
    usual.milliseconds = number_at(*given, "milliseconds");
  }
  if (const json::Value* services = facts.find("services")) {
    for (const json::Value& one : services->as_array()) plan.services.insert(one.as_string());
  }
  const json::Value* refreshable = facts.find("refreshable");
  plan.refreshable = refreshable != nullptr && refreshable->as_bool();
  return plan;
}

Bench::Bench(const std::filesystem::path& library, World the_world, Findings& findings, bool larger)
    : world(std::move(the_world)), findings_(findings), module_(loaded(library, larger, findings)) {
  host_.emplace(world, module_.described, module_.api, findings_);
}

void Bench::save(const Done& done) {
  if (done.raw == HEYGEN_OK && done.answer.patch) json::merge_patch(state, *done.answer.patch);
}

bool Bench::arrange(Step step) {
  const bool by_variable = step == Step::resolve_variable;
  for (const std::string& name : manifest().credential_env) {
    if (by_variable && !world.environment.contains(name)) world.environment[name] = world.secret("env");
  }
  state = json::Object{};
  if (by_variable) return !manifest().credential_env.empty() || manifest().ambient;
  if (step == Step::login) return true;
  state = world.state;
  if (!state.as_object().empty()) return true;
  const Done done = perform(Step::login);
  save(done);
  return done.raw == HEYGEN_OK;
}

Done Bench::perform(Step step, const Script& given, const std::string& what) {
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

Done Bench::resolve(Reason reason, const json::Value& with, const Script& given, const std::string& what) {
  Script script = given;
  if (script.interaction == provider::Interaction::always) script.interaction = provider::Interaction::if_terminal;
  return host_->run(Function::resolve, reason, with, script, what);
}

}  // namespace heygen::check
