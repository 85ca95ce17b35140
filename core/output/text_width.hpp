// Text measured in terminal columns. Nothing here depends on the locale.
#pragma once

#include <string>
#include <string_view>

namespace heygen::output {

/// The text, cut to at most `width` columns between two characters as people see them; a cut ends in "…".
std::string fit(std::string_view text, int width);

}  // namespace heygen::output
