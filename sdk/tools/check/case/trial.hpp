// The provider on the bench: the functions of a case, with what must have happened before each.
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "sdk/tools/check/host/test_host.hpp"
#include "sdk/tools/check/library/module.hpp"

namespace heygen::check {

/// What a host asks of a provider, in the order of its life.
enum class Step { login, try_login, resolve, outcome, refresh, revoke, resolve_variable };
inline constexpr auto kSteps = std::to_array<Step>(
    {Step::login, Step::try_login, Step::resolve, Step::outcome, Step::refresh, Step::revoke, Step::resolve_variable});
const char* name_of(Step step);

/// What a step came to when all was well.
struct Usual {
  bool reached = false;  ///< what must come before it worked
  heygen_status status = HEYGEN_INTERNAL;
  int requests = 0, waits = 0;
  std::int64_t milliseconds = 0;
};

/// What the survey learned; the cases build on it.
struct Plan {
  std::map<Step, Usual> usual;
  std::set<std::string> services;
  bool refreshable = false;

  const Usual& of(Step step) const { return usual.at(step); }
  /// Both the survey and a case can get to the step, and it ended well.
  bool works(Step step) const { return of(step).reached && of(step).status == HEYGEN_OK; }
};
json::Value to_json(const Plan& plan);
Plan plan_from(const json::Value& facts);

class Bench {
 public:
  /// Throws std::runtime_error when the library cannot be loaded (which is then found).
  Bench(const std::filesystem::path& library, World the_world, Findings& findings, bool larger = false);

  /// What must come before the step; false when that does not work.
  bool arrange(Step step);
  Done perform(Step step, const Script& given = {}, const std::string& what = {});
  /// resolve() with a reason and state of the case's own.
  Done resolve(provider::Reason reason, const json::Value& with, const Script& given, const std::string& what);
  /// Changes the state as a host would.
  void save(const Done& done);
  void deinit() const { module_.entry->deinit(); }

  const provider::Manifest& manifest() const { return module_.described; }
  const Module& module() const { return module_; }

  World world;
  json::Value state = json::Object{};

 private:
  Findings& findings_;
  Module module_;
  std::optional<FakeHost> host_;
};

}  // namespace heygen::check
