// SPDX-License-Identifier: Apache-2.0
// The results of a check, for a terminal and as JSON.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/json/json.hpp"
#include "sdk/tools/check/library/elf_facts.hpp"
#include "sdk/tools/check/report/findings.hpp"

namespace heygen::check {

/// How a function ended that the check could not get through.
struct Try {
  std::string function, status, message, last_request;
};

struct Report {
  std::filesystem::path library;
  std::string id, version, title;
  std::string cost;  ///< of the language runtime that it declares, or ""
  ElfFacts elf;
  sdk::Object steps = sdk::object();  ///< the result of each function in the normal run
  Findings findings;
  std::vector<Try> tries;
  std::vector<std::string> unmatched;  ///< responses of the world file that no request asked for
  sdk::Object world = sdk::object();   ///< a world file to start from
};

enum class Result { passed, failed, not_applicable, skipped, unchecked };
Result result_of(const Report& report, std::string_view rule);
/// Why a rule has no result, or "".
std::string reason_of(const Report& report, std::string_view rule);

/// Rules that no case could put to the test.
int unchecked_rules(const Report& report);

/// The rules that need attention, or with `all` every rule.
std::string to_text(const Report& report, bool all, bool colored);
sdk::Object to_json(const Report& report);

}  // namespace heygen::check
