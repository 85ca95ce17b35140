// SPDX-License-Identifier: Apache-2.0
// `heygen auth explain`.
#pragma once

#include <optional>
#include <string>

#include "core/auth/resolver.hpp"
#include "core/json/value.hpp"
#include "host/command.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::auth {

void run_explain(Services& services, Printer& printer, const Parsed& parsed);

/// Why a provider got its verdict.
std::string why_sentence(const heygen::auth::ExplainRow& row, const std::string& chosen = {});

/// Where its credential is, what kind it is, and until when, for a human; `file` is the path of the credentials file.
std::string found_line(const heygen::auth::ExplainRow& row, const std::string& file);

/// The report as JSON; `file` is the path of the credentials file.
json::Value explain_document(const heygen::auth::Explanation& explanation, const std::string& file);

/// The error of requests, where they will fail: the command then ends with their exit code.
std::optional<Error> fault_of(const heygen::auth::Explanation& explanation);

/// The last line for a human: what requests use, or how they will fail.
std::string explain_conclusion(const heygen::auth::Explanation& explanation);

}  // namespace heygen::host::commands::auth
