// SPDX-License-Identifier: Apache-2.0
// How human-readable output is laid out.
#pragma once

#include <optional>
#include <string>

namespace heygen::output {

struct Column {
  std::string field;   ///< dotted path inside a row
  std::string header;  ///< empty: the field's name made readable
};

/// How a list shows that more follows, and what gets the rest.
struct Paging {
  std::string more, next;     ///< dotted members of the response: whether there is more, and the cursor to it
  std::string cursor, limit;  ///< options
  bool all = false;           ///< --all was given
};

struct HumanStyle {
  int width = 80;  ///< terminal columns; 0 or less: no limit
  bool color = false;
  std::optional<Paging> paging = {};
};

}  // namespace heygen::output
