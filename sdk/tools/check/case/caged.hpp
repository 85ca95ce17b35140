// SPDX-License-Identifier: Apache-2.0
// The provider in the cage of an isolated one: what it does there, with the needs that it declares and with fewer.
#pragma once

#include <filesystem>

#include "sdk/tools/check/case/trial.hpp"

namespace heygen::check {

/// The rules needs-declared and needs-used. `program` is this check; the runner is found by it. For a child process of
/// run_case().
void check_needs(const std::filesystem::path& program, const std::filesystem::path& library,
                 const provider::Manifest& manifest, const Scenario& scenario, const Plan& plan, Findings& out);

}  // namespace heygen::check
