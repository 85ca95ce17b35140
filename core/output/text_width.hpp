// SPDX-License-Identifier: Apache-2.0
// Text measured in terminal columns. Nothing here depends on the locale.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heygen::output {

/// Terminal columns that the text takes (UTF-8; combining 0, wide 2).
int cell_width(std::string_view text);

/// The text, cut to at most `width` columns between two user-perceived characters; a cut ends in "…".
std::string fit(std::string_view text, int width);

/// An http or https URL.
bool is_url(std::string_view text);
/// The text in lines of at most `width` columns (0 or less: one line), broken at spaces, else between two characters. A
/// URL, or any word when `whole_words`, stays in one piece however long: it is there to be copied.
std::vector<std::string> wrap(std::string_view text, int width, bool whole_words);

}  // namespace heygen::output
