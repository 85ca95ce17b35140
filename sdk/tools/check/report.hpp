// SPDX-License-Identifier: Apache-2.0
// The results of a check, for a terminal and as JSON.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "sdk/json/json.hpp"
#include "sdk/tools/check/library/elf_facts.hpp"
#include "sdk/tools/check/report/findings.hpp"

namespace heygen::check {

struct Report {
  std::filesystem::path library;
  std::string id, version, title;
  std::string cost;  ///< of the language runtime that it declares, or ""
  ElfFacts elf;
  sdk::Object steps = sdk::object();  ///< the result of each function in the normal run
  Findings findings;
};

enum class Result { passed, failed, not_applicable, unchecked };
Result result_of(const Report& report, std::string_view rule);
/// Why a rule has no result, or "".
std::string reason_of(const Report& report, std::string_view rule);

/// The rules that need attention, or with `all` every rule.
std::string to_text(const Report& report, bool all, bool colored);
sdk::Object to_json(const Report& report);

}  // namespace heygen::check
