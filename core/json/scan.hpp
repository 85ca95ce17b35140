// SPDX-License-Identifier: Apache-2.0
// The inner loops of reading JSON strings.
#pragma once

#include <cstddef>
#include <string_view>

namespace heygen::json {

/// Copies the bytes at the start of `text` that stay as they are inside a string (RFC 8259 §7), which are ASCII other
/// than control characters, `"`, and `\`; gives their number. `out` has room for all of `text`, and may be written to
/// beyond what counts.
std::size_t copy_plain(std::string_view text, char* out) noexcept;

/// How many bytes come before the first `"` or `\`.
std::size_t length_to_mark(std::string_view text) noexcept;

/// The same where the processor has no vector instructions that are known here; for the tests.
std::size_t portable_copy_plain(std::string_view text, char* out) noexcept;
std::size_t portable_length_to_mark(std::string_view text) noexcept;

}  // namespace heygen::json
