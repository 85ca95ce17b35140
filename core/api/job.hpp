// SPDX-License-Identifier: Apache-2.0
// What a request has started or changed, and which command shows it: so that nothing paid for is lost.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/catalog.hpp"
#include "core/base/error.hpp"
#include "core/json/value.hpp"

namespace heygen::api {

/// The command that shows whether `command` did what it is for, as it is typed ("heygen video get vid_123"): the one
/// that gets the same path, or the nearest above it. "" when the catalog has none.
std::string look_command(const Command& command, const std::vector<std::string>& arguments);
/// The same for a request to any path, percent-encoded; `heygen api GET PATH` when the catalog has none.
std::string look_command(std::string_view method, const std::string& path);

/// All IDs that `response` to the creating request names, the job's first, and the command that shows the job. Without
/// an ID, `show` is the command that lists what the request may have started.
JobReference job_of(const Command& command, const json::Value& response);
/// The same for a request to any path, percent-encoded.
JobReference job_of(std::string_view method, const std::string& path, const json::Value& response);

/// The same for a response of which only the start is there: what has come whole in it.
JobReference job_of_start(std::string_view method, const std::string& path, std::string_view start);

/// What every hint about a job ends with: "Check its status with `…`." Empty without an ID.
std::string follow_up_hint(const JobReference& job);

/// Throws Error{usage_error} when the body, a JSON object, would start no job or several, so that one cannot be waited
/// for.
void check_can_wait(const Command& command, const std::optional<std::string>& body);

}  // namespace heygen::api
