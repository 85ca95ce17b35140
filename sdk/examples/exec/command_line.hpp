// SPDX-License-Identifier: Apache-2.0
// Words of a command, as a shell would see them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace exec_provider {

/// Words are parted by blanks; '…' and "…" keep what is in them as it is. No variables, escapes or wildcards. Empty for
/// a blank text and for a quote that is left open.
inline std::vector<std::string> split_command(std::string_view text) {
  std::vector<std::string> words;
  bool inside = false;
  char quote = 0;
  for (const char c : text) {
    if (quote == 0 && (c == ' ' || c == '\t')) {
      inside = false;
      continue;
    }
    if (!inside) words.emplace_back();
    inside = true;
    if (quote == 0 && (c == '"' || c == '\''))
      quote = c;
    else if (c == quote)
      quote = 0;
    else
      words.back() += c;
  }
  if (quote != 0) words.clear();
  return words;
}

}  // namespace exec_provider
