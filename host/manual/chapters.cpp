// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/base/text.hpp"
#include "host/cli/surface.hpp"
#include "host/manual/manual.hpp"

namespace heygen::host::manual {

std::vector<Chapter> chapters_of(const CommandTable& table) {
  std::vector<Chapter> chapters;
  for (const Command* command : cli::listed(table)) {
    if (chapters.empty() || chapters.back().word != command->words[0]) {
      Chapter chapter{command->words[0], command->summary, "", {}};
      const auto group = std::ranges::find(table.groups(), std::vector{command->words[0]}, &Group::words);
      if (group != table.groups().end()) {
        chapter.summary = group->summary;
        chapter.important = group->important;
      }
      chapters.push_back(std::move(chapter));
    }
    chapters.back().commands.push_back(command);
  }
  return chapters;
}

std::string notes_of(const Option& option) {
  std::vector<std::string> notes;
  if (option.required) notes.emplace_back("required");
  if (option.repeatable)
    notes.emplace_back(option.comma_split ? "several: separated by commas, or repeated" : "may be repeated");
  if (!option.range.empty()) notes.push_back(option.range);
  if (option.value.empty() && option.fallback == "true") notes.push_back("on unless --" + option.name + "=false");
  if (!option.value.empty() && !option.fallback.empty()) notes.push_back("default: " + option.fallback);
  return notes.empty() ? "" : "(" + join(notes, "; ") + ")";
}

}  // namespace heygen::host::manual
