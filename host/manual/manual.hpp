// SPDX-License-Identifier: Apache-2.0
// The command reference as files: man pages and docs/commands. Both are made of the tables that the program itself runs
// by.
#pragma once

#include <map>
#include <string>

#include "host/command.hpp"
#include "host/services.hpp"

namespace heygen::host::manual {

/// A command word of the first level with all below it: "video", "auth", "update".
struct Chapter {
  std::string word, summary, important;
  std::vector<const Command*> commands;  ///< sorted
};

/// Hidden commands left out; sorted by word.
std::vector<Chapter> chapters_of(const CommandTable& table);

using Pages = std::map<std::string, std::string>;  ///< text by file name

/// "heygen.1" and "heygen-WORD.1", in man(7). `date` is YYYY-MM-DD.
Pages man_pages(const CommandTable& table, Services& services, const std::string& date);
/// "README.md" and "WORD.md".
Pages markdown_pages(const CommandTable& table, Services& services);

/// "(required; default 10; 1 to 100)", or "".
std::string notes_of(const Option& option);

}  // namespace heygen::host::manual
