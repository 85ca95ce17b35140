// SPDX-License-Identifier: Apache-2.0
// The cases: each puts some rules to the test, in a process of its own.
#pragma once

#include <span>
#include <string_view>

#include "sdk/tools/check/case/trial.hpp"

namespace heygen::check {

struct Case {
  const char* name;
  std::string_view on_crash;  ///< the rule that a crash breaks
  void (*run)(const std::filesystem::path& library, const Scenario& scenario, const Plan& plan, Findings& findings);
};

/// Loads it, nothing more. Facts: the manifest that it describes.
void look_at_library(const std::filesystem::path& library, Findings& findings);
/// A normal run; the facts are the Plan.
void survey(const std::filesystem::path& library, const Scenario& scenario, Findings& findings);
/// All others.
std::span<const Case> cases();
/// Those of `cases` with one service missing; made for each service that the provider asks for.
void without_service(const std::filesystem::path& library, const Scenario& scenario, const std::string& service,
                     Findings& findings);

}  // namespace heygen::check
