// SPDX-License-Identifier: Apache-2.0
// From what was typed to the request that is sent: values in, values out, nothing touched. The catalog is the only
// knowledge of commands in here.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/api/catalog.hpp"
#include "core/base/error.hpp"
#include "core/json/parse.hpp"
#include "core/json/value.hpp"

namespace heygen::api {

/// What was typed for one command.
struct CommandInput {
  std::vector<std::string> arguments;  ///< one for each of the command's arguments
  /// By option name. The last value counts, but a text_list keeps all; booleans are "true" or "false".
  std::map<std::string, std::vector<std::string>, std::less<>> options;
  std::optional<std::string> data;  ///< text of --data, read from wherever it was
};

struct Prepared {
  std::string path;                                        ///< percent-encoded
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded, in the catalog's order
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<std::string> body;  ///< JSON text
  std::string upload;               ///< file of a multipart body, or ""
};

/// The endpoint with its placeholders filled; `/` and everything else special inside an id is escaped. Throws
/// Error{usage_error} for an empty id, and for one with a dot segment in any spelling, which would address another
/// resource.
std::string fill_path(const Command& command, const std::vector<std::string>& arguments);

/// Checks in this order: required options, --data, choices and bounds, a body where one is needed. Throws
/// Error{usage_error}.
Prepared prepare(const Command& command, const CommandInput& given);

/// The fields of the body that its schema demands and that are not there; those of the variant that its discriminator
/// names included. They are the service's to check: this only foretells what it will say.
std::vector<std::string> missing_fields(const Command& command, const std::optional<std::string>& body);

/// A sentence for each deprecated option that was typed, and for each deprecated field of --data.
std::vector<std::string> deprecations(const Command& command, const CommandInput& given);

/// The option's value as it goes into a JSON body. Numbers keep the digits that were typed wherever JSON can say them
/// so. Throws Error{usage_error} for text of the wrong type, a value out of bounds or none of the choices.
json::Value json_value(const Option& option, const std::vector<std::string>& values);

/// What --data is not.
Error invalid_data(const json::ParseError& fault);

/// True when the text is of that type; says nothing of bounds.
bool is_of_type(OptionType type, std::string_view text);

/// "1h30m", "20m", "1.5s", "500ms". Empty when it is none or not above zero.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// The state of a job, by one response to the poll's request.
enum class JobState { running, done, failed };

/// The ID of the job that `response` to the creating request names. Throws Error{cli_response_parse_error} when there
/// is none, Error{batch_not_supported} when there are several.
std::string job_id(const Poll& poll, const json::Value& response);
/// The poll's endpoint for that id.
std::string poll_path(const Poll& poll, std::string_view id);
/// Upper case does not matter. A state that the poll does not list is final when its word says so (canceled, expired,
/// succeeded). Throws Error{cli_response_parse_error} when the response contains no status, or one that is not text.
JobState job_state(const Poll& poll, const json::Value& response);
/// The same for a status that was found already.
JobState state_named(const Poll& poll, std::string_view status);
/// "video_failed": by the kind of job. Each is an error code that host documents.
std::string failure_code(const Poll& poll);
/// Why a job failed, in the service's words where it gave some.
Error job_failure(const Poll& poll, std::string_view id, const json::Value& response);

/// How long to wait before the next poll: 2 s doubling up to 30 s, times 0.75 to 1.25 by `unit` in [0, 1).
std::chrono::milliseconds poll_delay(int round, double unit);

}  // namespace heygen::api
