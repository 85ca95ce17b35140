// SPDX-License-Identifier: Apache-2.0
// Compacted JSON text to a Value, without checking it a second time.
#pragma once

#include <string_view>

#include "core/json/value.hpp"

namespace heygen::json {

/// As parse() does, for what compact() or a finished Compactor gave, and for nothing else: the grammar is taken for
/// granted. Throws ParseError when it is nested deeper than kMaxDepth.
Value parse_compact(std::string_view text);

}  // namespace heygen::json
