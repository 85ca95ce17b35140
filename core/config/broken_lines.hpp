// SPDX-License-Identifier: Apache-2.0
// A file with lines that are not TOML, such as `output = human`: the rest of it can still be read and edited, so that
// `heygen config` can fix it.
#pragma once

#include <string>
#include <vector>

#include "core/config/toml_document.hpp"

namespace heygen::config {

/// A line that reads `KEY = …` and is not TOML.
struct BrokenLine {
  unsigned line = 1;
  KeyPath key;
  std::string what;  ///< from the parser
  std::string text;  ///< without its line end
  std::string mark;  ///< the comment in its place
};

/// A text that parses: its broken lines are comments.
struct MarkedText {
  std::string text;
  std::vector<BrokenLine> broken;
};

/// Throws TomlError where a line is broken that does not read `KEY = …`.
MarkedText mark_broken_lines(const std::string& text);

/// `edited`, which began as `marked.text`, with the broken lines in their places, but without those that set `fixed`.
std::string restore_broken_lines(std::string edited, const MarkedText& marked, const KeyPath& fixed);

}  // namespace heygen::config
