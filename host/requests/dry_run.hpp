// SPDX-License-Identifier: Apache-2.0
// --dry-run: the request as it would be sent, printed instead. Nothing is sent, no credential is needed, and no
// provider is loaded.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/json/value.hpp"
#include "core/transport/api_client.hpp"
#include "host/command.hpp"
#include "host/printer.hpp"
#include "host/services.hpp"

namespace heygen::host::requests {

/// --dry-run; every command that sends a request to the API has it.
Option dry_run_option();

/// What a real run checks of its surroundings before it looks at its input: the base URL and --headers. Throws
/// Error{usage_error}.
void check_dry_run(Services& services);

struct DryRun {
  std::optional<std::string> body{};          ///< as it would be sent
  std::optional<json::Value> upload{};        ///< facts about the file of a multipart body
  std::optional<json::Value> then{};          ///< what would follow the response
  std::vector<std::string> missing_fields{};  ///< warned of on stderr
};

/// One JSON document: method, url, headers, credential (which provider would be asked), query, body or upload, then.
/// Secrets in it read "***".
void print_dry_run(Services& services, Printer& printer, const transport::ApiRequest& request, const DryRun& facts);

/// The facts of the file that --file names, under another name if `name` gives one. Throws Error{error} for one that is
/// not there.
json::Value upload_facts(const std::string& path, const std::string& name);

}  // namespace heygen::host::requests
