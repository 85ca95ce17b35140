// SPDX-License-Identifier: Apache-2.0
// Which command is meant: the words of the command line against the table, before anything else is parsed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/command.hpp"

namespace heygen::host::cli {

struct Route {
  const Command* command = nullptr;  ///< nullptr: only a group was named, or nothing
  std::vector<std::string> words;    ///< those that name the command or group
  std::vector<std::string> rest;     ///< everything else, in order
};

/// The first argument that is neither an option nor the value of one of `globals`; empty without one.
std::optional<std::string> first_word(const std::vector<Option>& globals, const std::vector<std::string>& arguments);

/// Options may come before and between the words; `globals` says which of them take a value. Throws
/// Error{usage_error} for an unknown word, naming the nearest.
Route route(const CommandTable& table, const std::vector<Option>& globals, const std::vector<std::string>& arguments);

/// The words that may follow `prefix`, sorted, each once.
std::vector<std::string> words_after(const CommandTable& table, const std::vector<std::string>& prefix,
                                     bool with_hidden = false);

}  // namespace heygen::host::cli
