// SPDX-License-Identifier: Apache-2.0
#include "core/base/text.hpp"
#include "host/cli/globals.hpp"
#include "host/cli/help.hpp"
#include "host/cli/reference.hpp"
#include "host/manual/manual.hpp"

namespace heygen::host::manual {
namespace {

constexpr std::string_view kNote =
    "<!-- Made from the program's tables by `heygen-pages`; see CONTRIBUTING.md. -->\n\n";

/// For a cell of a table: `|` and what would be HTML escaped, code left alone.
std::string cell(std::string_view text) {
  std::string out;
  bool code = false;
  for (const char letter : text) {
    if (letter == '`') code = !code;
    if (letter == '|') out += '\\';
    if (letter == '<' && !code)
      out += "&lt;";
    else
      out += letter;
  }
  return out;
}

std::string code(std::string_view text) {
  return "`" + cell(text) + "`";
}

std::string option_table(const std::vector<Option>& options) {
  std::string rows;
  for (const Option& option : options) {
    if (option.hidden) continue;
    const std::string letter = option.shorthand == 0 ? "" : "-" + std::string(1, option.shorthand) + ", ";
    std::string text = cell(option.doc);
    if (const std::string notes = notes_of(option); !notes.empty()) text += " " + cell(notes);
    if (!option.choices.empty()) text += ". One of: `" + cell(join(option.choices, "`, `")) + "`";
    rows += "| `" + letter + "--" + option.name + (option.value.empty() ? "" : " " + cell(option.value)) + "` | " +
            text + " |\n";
  }
  return rows.empty() ? "" : "\n| option | meaning |\n|---|---|\n" + rows;
}

std::string description(std::string_view text) {
  std::string out;
  bool literal = false;
  for (const std::string& line : split(text, '\n')) {
    const bool wants = line.starts_with(' ');
    if (wants != literal) out += wants ? "\n```text\n" : "```\n";
    literal = wants;
    if (wants)
      out += std::string(trim(line)) + "\n";
    else if (!line.empty())
      out += "\n" + line + "\n";
  }
  return literal ? out + "```\n" : out;
}

std::string command_section(const Command& command, Services& services) {
  const std::string name = "heygen " + join(command.words, " ");
  std::string out =
      "\n## " + name + "\n\n" + command.summary + ".\n" + description(command.description) + "\n```text\n" + name;
  std::string arguments;
  for (const Positional& positional : command.positionals) {
    out += " " + cli::usage_of(positional);
    arguments += "| " + code(cli::usage_of(positional)) + " | " + cell(positional.doc) + " |\n";
  }
  out += " [OPTIONS]\n```\n";
  if (!arguments.empty()) out += "\n| argument | meaning |\n|---|---|\n" + arguments;
  return out + option_table(command.options(services)) + "\n```text\n" + join(command.examples, "\n") + "\n```\n";
}

std::string index(const std::vector<Chapter>& chapters) {
  std::string out = std::string(kNote) +
                    "# Commands\n\n`heygen COMMAND --help` says the same. Every command also takes the options below.\n"
                    "\n| command | what it does |\n|---|---|\n";
  for (const Chapter& chapter : chapters)
    out += "| [" + chapter.word + "](" + chapter.word + ".md) | " + cell(chapter.summary) + " |\n";
  out += "\n## Options of every command\n" + option_table(cli::global_options());
  out += "\n## Exit codes\n\n| code | meaning |\n|---|---|\n";
  for (const cli::ExitCode& row : cli::exit_codes())
    out += "| " + std::to_string(static_cast<int>(row.exit)) + " | " + cell(row.meaning) + " |\n";
  out +=
      "\n## Error codes\n\nValues of `error.code` on stderr. The API may return others, which are passed through.\n\n"
      "| code | exit | meaning |\n|---|---|---|\n";
  for (const cli::ErrorCode& row : cli::error_codes())
    out +=
        "| " + code(row.code) + " | " + std::to_string(static_cast<int>(row.exit)) + " | " + cell(row.meaning) + " |\n";
  return out +
         "\n`heygen commands --json` prints all of this for programs; "
         "[its schema](../schema/commands.schema.json) says how.\n";
}

}  // namespace

Pages markdown_pages(const CommandTable& table, Services& services) {
  const std::vector<Chapter> chapters = chapters_of(table);
  Pages pages{{"README.md", index(chapters)}};
  for (const Chapter& chapter : chapters) {
    std::string text = std::string(kNote) + "# heygen " + chapter.word + "\n\n" + chapter.summary + ".\n";
    if (!chapter.important.empty()) text += "\n**Important:** " + chapter.important + "\n";
    for (const Command* command : chapter.commands) text += command_section(*command, services);
    pages[chapter.word + ".md"] = text;
  }
  return pages;
}

}  // namespace heygen::host::manual
