// SPDX-License-Identifier: Apache-2.0
// Texts about a hundred commands that every run of one build would make again: the build makes them once. What depends
// on the providers that are installed is left out of them, and filled in by each run.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace heygen::host {

struct FixedTexts {
  std::string_view commands;                     ///< `heygen commands --json`
  std::string_view bash, zsh, fish, powershell;  ///< `heygen completion SHELL`
  std::string_view help;                         ///< `heygen --help`, as wide as for a pipe

  /// Of a shell by its name.
  std::string_view completion(std::string_view shell) const;
};

/// Whether commands whose options depend on what is installed are in a text, or only a mark for each.
enum class Live : unsigned char { filled, marked };

/// "@LIVE auth login@"
std::string live_mark(const std::vector<std::string>& words);
/// The text with what `part` makes of the words of each mark.
std::string without_marks(std::string_view text,
                          const std::function<std::string(const std::vector<std::string>& words)>& part);

}  // namespace heygen::host
