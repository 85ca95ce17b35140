// SPDX-License-Identifier: Apache-2.0
// A Value as JSON text.
#pragma once

#include <string>
#include <string_view>

#include "core/json/value.hpp"

namespace heygen::json {

/// On one line, no spaces; numbers as they were written; non-ASCII unescaped.
std::string write(const Value& value);
/// With two-space indentation and a final newline.
std::string write_pretty(const Value& value);
/// A JSON string, quotes included.
std::string quote(std::string_view text);

}  // namespace heygen::json
