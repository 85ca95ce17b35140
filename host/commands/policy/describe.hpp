// SPDX-License-Identifier: Apache-2.0
// A policy as the policy commands show it.
#pragma once

#include <string>

#include "core/json/value.hpp"
#include "core/provider/policy/policy_file.hpp"

namespace heygen::host::commands::policy {

json::Value document(const heygen::provider::Policy& policy);

/// One line per file, in the order of reading.
std::string text_of_files(const heygen::provider::Policy& policy);

/// Lines for --human, each value with the file and the line that decide it.
std::string text_of(const heygen::provider::Policy& policy);

}  // namespace heygen::host::commands::policy
