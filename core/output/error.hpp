// SPDX-License-Identifier: Apache-2.0
// An Error as the user sees it, on one line of JSON or in plain lines. Both escape what a terminal would obey, and show
// no secret that is known.
#pragma once

#include <string>

#include "core/base/error.hpp"

namespace heygen::output {

/// `{"error":{…}}` on one line, without newline. Control characters are escaped: a terminal may show it.
std::string error_envelope(const Error& error);
/// The same JSON, safe on a terminal: control characters and those that reorder text as escapes, bytes that are not
/// UTF-8 as U+FFFD.
std::string harmless_json(const std::string& json);
/// The `job` of an error_envelope(), on one line.
std::string job_json(const JobReference& job);
/// Human-readable: "Error: message", then hint and what support asks for on lines of their own. All of it is escaped
/// for a terminal. Without final newline.
std::string error_text(const Error& error);

}  // namespace heygen::output
