// SPDX-License-Identifier: Apache-2.0
// --all: every page of a list as one document, the first page's with all items in it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/api/catalog.hpp"
#include "core/api/engine.hpp"
#include "core/base/limits.hpp"
#include "core/output/style.hpp"
#include "core/transport/api_client.hpp"
#include "host/printer.hpp"
#include "host/services.hpp"
#include "host/transfer/progress.hpp"

namespace heygen::host::requests {

/// What --all needs.
struct AllPagesDependencies {
  std::function<std::string(const transport::ApiRequest&)> send;  ///< gives the response's body
  net::Headers headers;                                           ///< of each request
  transfer::ProgressDependencies progress;
  const Cancel& cancel;
  std::size_t buffer_limit = limits::kBufferedResponse;  ///< of pages that are collected, for --human and --jq
};
AllPagesDependencies all_pages_dependencies(Services& services);

/// With --all, --limit says how many items are wanted in all: takes that out of `given` and puts the size of the first
/// page there. Empty: no limit. Throws Error{usage_error} when it is below 1.
std::optional<std::int64_t> extract_total_limit(const api::Command& command, api::CommandInput& given);

/// Follows the cursor from where `given` says and prints at most `cap` items. Items keep their bytes; the members that
/// tell whether there is more say so of the whole, and follow the items when the response has them first. As JSON,
/// items are written page by page and memory does not grow with their number; the document is closed only when it is
/// whole, so that after an error (which says how to continue) it is not valid JSON. Nothing is printed when the first
/// page fails.
void print_all(const AllPagesDependencies& needs, Printer& printer, const api::Command& command,
               api::CommandInput given, std::optional<std::int64_t> cap, const std::vector<output::Column>& columns);

}  // namespace heygen::host::requests
