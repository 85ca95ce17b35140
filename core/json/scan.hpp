// SPDX-License-Identifier: Apache-2.0
// The inner loop of reading JSON strings.
#pragma once

#include <cstddef>
#include <string_view>

namespace heygen::json {

/// How many bytes at the start of `text` may be copied as they are inside a string (RFC 8259 §7): ASCII other than
/// control characters, `"`, and `\`.
std::size_t plain_length(std::string_view text) noexcept;

/// The same where the processor has no vector instructions that plain_length() knows; here for the tests.
std::size_t portable_plain_length(std::string_view text) noexcept;

}  // namespace heygen::json
