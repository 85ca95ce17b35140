// SPDX-License-Identifier: Apache-2.0
// Text rules of the providers that speak OAuth.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heygen::plugins {

/// Any byte below 0x20, or 0x7f.
bool has_control(std::string_view text);
std::string_view trim(std::string_view text);                 ///< ASCII white space, both ends
bool iequals(std::string_view left, std::string_view right);  ///< ASCII

/// Why a text cannot be a bearer token (RFC 6750 §2.1), as the end of a sentence; empty when it can.
std::string token_problem(std::string_view text);

/// Text of a server, safe to show: at most `limit` code points, without control and bidi characters, line
/// separators or invalid UTF-8; white space runs become one space.
std::string readable(std::string_view text, std::size_t limit);

/// `text` with every occurrence of each secret replaced.
std::string redact(std::string text, const std::vector<std::string_view>& secrets);

}  // namespace heygen::plugins
