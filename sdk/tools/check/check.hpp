// Checks one provider against all rules.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sdk/tools/check/library/elf_facts.hpp"
#include "sdk/tools/check/report/findings.hpp"

namespace heygen::check {

struct Options {
  std::filesystem::path path;                                                    ///< library or manifest
  std::filesystem::path scenario;                                                ///< see make_scenario
  bool memory = true;                                                            ///< run valgrind where it is installed
  int limit_ms = 30'000;                                                         ///< of one case
  std::function<void(const std::string&)> progress = [](const std::string&) {};  ///< gets the name of each case
};

struct Report {
  std::filesystem::path library;
  std::string id, version, title;
  ElfFacts elf;
  json::Value steps = json::Object{};  ///< what each function came to when all was well
  Findings findings;
};

enum class Result { passed, failed, not_applicable, unchecked };
Result result_of(const Report& report, std::string_view rule);
/// Why a rule has no result, or "".
std::string reason_of(const Report& report, std::string_view rule);

/// Throws std::runtime_error when there is nothing to check.
Report check_provider(const Options& options);

/// A normal run in this very process, for a memory checker around it. Returns an exit code.
int run_once(const Options& options);

/// The rules that need attention, or with `all` every rule.
std::string to_text(const Report& report, bool all, bool colored);
json::Value to_json(const Report& report);

}  // namespace heygen::check
