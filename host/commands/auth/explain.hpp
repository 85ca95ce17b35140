// `heygen auth explain`.
#pragma once

#include <string>
#include <vector>

#include "core/auth/resolver.hpp"
#include "core/json/value.hpp"
#include "host/command.hpp"
#include "host/context.hpp"

namespace heygen::host {

void run_explain(Context& context, const Parsed& parsed);

/// The report as JSON; `chosen_by` is "--provider", "HEYGEN_PROVIDER" or "".
json::Value explain_document(const std::vector<auth::ExplainRow>& rows, const std::string& chosen_by);

}  // namespace heygen::host
