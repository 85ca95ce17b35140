// SPDX-License-Identifier: Apache-2.0
// What --help prints.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "host/command.hpp"

namespace heygen::host::cli {

/// Widest line of any help.
inline constexpr int kHelpWidth = 100;

std::string root_help(const CommandTable& table, int width);
/// For the words of a group: what it holds, its IMPORTANT block.
std::string group_help(const CommandTable& table, const std::vector<std::string>& words, int width);
/// `options` are the command's own; the global ones are added.
std::string command_help(const Command& command, const std::vector<Option>& options, int width);

/// Breaks at spaces so that no line is wider than `width` columns, words longer than that excepted; each line begins
/// with `indent` spaces. Lines of the text that begin with a space stay as they are.
std::string wrap(std::string_view text, int width, int indent = 0);

/// "VIDEO-ID", "[ID]", "[WORD...]"
std::string usage_of(const Positional& positional);

/// Whether the words begin a group of API commands, those of the catalog and `api`.
bool is_api_word(std::string_view word);

}  // namespace heygen::host::cli
