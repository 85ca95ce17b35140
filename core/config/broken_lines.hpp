// SPDX-License-Identifier: Apache-2.0
// A file with lines that are not TOML, such as `output = human`: the rest of it can still be read and edited, so that
// `heygen config` can fix it.
#pragma once

#include <string>
#include <vector>

#include "core/config/toml_document.hpp"

namespace heygen::config {

/// A line that is not TOML.
struct BrokenLine {
  unsigned line = 1;
  KeyPath key;       ///< of a line that reads `KEY = …`; else empty
  std::string what;  ///< from the parser
  std::string text;  ///< without its line end
  std::string mark;  ///< the comment in its place
};

/// A text that parses: its broken lines are comments. Below a broken table header, all lines up to the next header
/// are broken too, as their table is not known.
struct MarkedText {
  std::string text;
  std::vector<BrokenLine> broken{};
  bool hopeless = false;  ///< nothing of it can be read: `text` is empty, and `broken` has the first fault

  /// A line is broken that no key fixes.
  bool has_keyless() const;
};

MarkedText mark_broken_lines(const std::string& text);

/// `edited`, which began as `marked.text`, with the broken lines in their places, but without those that set `fixed`.
/// Those without a key become comments.
std::string restore_broken_lines(std::string edited, const MarkedText& marked, const KeyPath& fixed);

}  // namespace heygen::config
