// SPDX-License-Identifier: Apache-2.0
// The provider on the trial: the functions of a case, with what must have happened before each.
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "sdk/tools/check/host/test_host.hpp"
#include "sdk/tools/check/library/module.hpp"

namespace heygen::check {

/// What a host asks of a provider, in the order of its life.
enum class Step { login, try_login, resolve, outcome, refresh, revoke, resolve_variable, refresh_variable };
inline constexpr auto kSteps =
    std::to_array<Step>({Step::login, Step::try_login, Step::resolve, Step::outcome, Step::refresh, Step::revoke,
                         Step::resolve_variable, Step::refresh_variable});
const char* name_of(Step step);
/// The function of the provider that the step is about.
provider::Function function_of(Step step);
using Functions = std::set<std::string>;

/// What a step came to when all was well.
struct Baseline {
  bool reached = false;  ///< what must come before it worked
  heygen_status status = HEYGEN_INTERNAL;
  int requests = 0, waits = 0;
  std::int64_t milliseconds = 0;
  std::string message, last_request;  ///< how it ended, if not well
};

/// What the survey learned; the cases build on it.
struct Plan {
  std::map<Step, Baseline> baseline;
  std::set<std::string> services;
  bool refreshable = false, refreshes_first = false;
  bool redirected = false, issuer_promised = false;  ///< its login has a redirect; which names its issuer
  bool uses_cache = false;
  std::string redirect_state;  ///< of its login

  const Baseline& of(Step step) const { return baseline.at(step); }
  void note(Step step, const CallResult& result);
  /// Both the survey and a case can get to the step, and it ended well.
  bool works(Step step) const { return of(step).reached && of(step).status == HEYGEN_OK; }
};
sdk::Object to_json(const Plan& plan);
Plan plan_from(const sdk::Object& facts);

class Trial {
 public:
  /// Throws std::runtime_error when the library cannot be loaded (which is then found).
  Trial(const std::filesystem::path& library, Scenario the_scenario, Findings& findings, bool larger = false);

  /// What must come before the step; false when that does not work.
  bool arrange(Step step);
  CallResult perform(Step step, const Script& given = {}, const std::string& what = {});
  /// resolve() with a reason and state of the case's own.
  CallResult resolve(provider::Reason reason, const json::Value& with, const Script& given, const std::string& what);
  /// What a host does when resolve() asks for a refresh first.
  void refresh_first(const Script& given = {});
  /// Changes the state as a host would.
  void save(const CallResult& result);
  void deinit() const { module_.entry->deinit(); }

  const provider::Manifest& manifest() const { return module_.described; }
  const Module& module() const { return module_; }

  Scenario scenario;
  json::Value state = json::Object{};

 private:
  Findings& findings_;
  Module module_;
  std::optional<TestHost> host_;
};

}  // namespace heygen::check
