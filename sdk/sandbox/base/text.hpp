// SPDX-License-Identifier: Apache-2.0
// Small text helpers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heygen::sandbox {

std::vector<std::string> split(std::string_view text, char separator);
/// Words between white space.
std::vector<std::string> words_of(const std::string& text);
/// Without what moves the cursor, reorders text or hides it, each of which becomes U+FFFD; line ends become spaces.
std::string printable(std::string_view text);
/// What was typed, as a message may repeat it: cut after 3 bytes when it could be a key in the wrong place.
std::string shown_word(std::string_view word);
/// The candidate nearest to `word` by edit distance, if near enough to suggest; "" otherwise.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);
/// What the C library says of an errno value, as the end of a sentence.
std::string describe_errno(int error);

}  // namespace heygen::sandbox
