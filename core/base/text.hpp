// SPDX-License-Identifier: Apache-2.0
// Text: trimming, splitting, comparing, and making it safe to show on a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heygen {

std::string_view trim(std::string_view text);                 ///< ASCII white space, both ends
std::string to_lower(std::string_view text);                  ///< ASCII only
bool iequals(std::string_view left, std::string_view right);  ///< ASCII case-insensitive
bool has_control(std::string_view text);                      ///< any byte below 0x20, or 0x7f
/// What a user's editor or shell puts before a text: U+FEFF as UTF-8, perhaps twice. No part of any file or input.
std::string_view without_byte_order_mark(std::string_view text);
/// A text that a user wrote: without byte order mark, and without white space and blank lines at both ends.
std::string_view written_text(std::string_view text);
std::vector<std::string> split(std::string_view text, char separator);
/// Removes the first line of `text` and returns it without its end (LF or CR LF).
std::string_view take_line(std::string_view& text);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
/// Safe on a terminal: C0, DEL, C1, bidi controls and invalid UTF-8 become visible marks. Line breaks and tabs become
/// spaces, or stay when `keep_lines`. Idempotent.
std::string printable(std::string_view text, bool keep_lines = false);
/// What the user typed, as a message may repeat it: `printable`, and cut after 3 characters with "…" when it could be a
/// key in the wrong place, that is, when it has digits or more than 12 characters. Short numbers stay.
std::string shown_word(std::string_view word);
/// The same for what may be a file: a path that begins with a directory, or a name with an extension, stays whole.
std::string shown_path(std::string_view path);
/// The text as one word of a POSIX shell: itself, or in quotes where it needs them.
std::string shell_word(std::string_view text);
/// printable() text of one message: the lines after the first are indented, so that none passes for a message of its
/// own.
std::string printable_message(std::string_view text);
/// The candidate nearest to `word` by edit distance, if near enough to suggest; empty otherwise.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace heygen
