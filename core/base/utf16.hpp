// SPDX-License-Identifier: Apache-2.0
// Texts as some shells and editors of Windows write them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace heygen {

/// UTF-16 with a byte order mark, as UTF-8 without one; what is not valid becomes U+FFFD. Empty for every other text.
std::optional<std::string> from_utf16(std::string_view bytes);

}  // namespace heygen
