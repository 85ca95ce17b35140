// Text measured in terminal columns. Nothing here depends on the locale.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heygen::output {

/// The text, cut to at most `width` columns between two characters as people see them; a cut ends in "…".
std::string fit(std::string_view text, int width);

/// A web address.
bool is_address(std::string_view text);
/// The text in lines of at most `width` columns (0 or less: one line), broken at spaces, else between two characters. A
/// web address, or any word when `whole_words`, stays in one piece however long: it is there to be copied.
std::vector<std::string> wrap(std::string_view text, int width, bool whole_words);

}  // namespace heygen::output
