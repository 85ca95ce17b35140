// SPDX-License-Identifier: Apache-2.0
#include "host/cli/help.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/api/catalog.hpp"
#include "core/base/text.hpp"
#include "core/output/text_width.hpp"
#include "host/cli/globals.hpp"
#include "host/cli/reference.hpp"
#include "host/cli/route.hpp"

namespace heygen::host::cli {
namespace {

using Row = std::pair<std::string, std::string>;

constexpr std::string_view kIntro =
    "heygen talks to the HeyGen video API: it creates, translates and manages videos, avatars and voices. Results go "
    "to stdout as JSON, or as human-readable text with --human.";

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return text;
}

/// Two columns; the right one is wrapped, and begins below when the left is too wide or the screen too narrow.
std::string rows_text(const std::vector<Row>& rows, int width) {
  constexpr int kWidestLeft = 34, kLeastRight = 24, kBelow = 10;
  int left = 0;
  for (const auto& [name, doc] : rows) {
    const int cells = output::cell_width(name);
    if (cells <= kWidestLeft) left = std::max(left, cells);
  }
  const bool below = width - (left + 4) < kLeastRight;
  const int indent = below ? kBelow : left + 4;
  std::string out;
  for (const auto& [name, doc] : rows) {
    std::string text = wrap(doc, width, indent);
    out += "  " + name;
    const int cells = output::cell_width(name);
    if (doc.empty())
      out += "\n";
    else if (below || cells > left)
      out += "\n" + text;
    else
      out +=
          std::string(static_cast<std::size_t>(left - cells) + 2, ' ') + text.substr(static_cast<std::size_t>(indent));
  }
  return out;
}

std::string section(std::string_view title, const std::vector<Row>& rows, int width) {
  return rows.empty() ? std::string{} : "\n" + std::string(title) + ":\n" + rows_text(rows, width);
}

std::string important_block(const std::string& text, int width) {
  return text.empty() ? std::string{} : "\nIMPORTANT\n" + wrap(text, width, 2);
}

std::string paragraph(const std::string& text, int width) {
  return text.empty() ? std::string{} : "\n" + wrap(text, width);
}

std::string doc_of(const Option& option) {
  std::string doc = option.doc;
  std::vector<std::string> notes;
  if (option.required) notes.emplace_back("required");
  if (option.repeatable)
    notes.emplace_back(option.comma_split ? "repeat it or separate values with commas" : "may be repeated");
  if (!option.range.empty()) notes.push_back(option.range);
  // A switch that is on has to be told how to go off; one that is off needs no word.
  if (option.value.empty() && option.fallback == "true") notes.push_back("on unless --" + option.name + "=false");
  if (!option.value.empty() && !option.fallback.empty()) notes.push_back("default: " + option.fallback);
  if (!notes.empty()) doc += " (" + join(notes, "; ") + ")";
  if (!option.choices.empty()) doc += ". One of: " + join(option.choices, ", ");
  return doc;
}

std::vector<Row> option_rows(const std::vector<Option>& options) {
  std::vector<Row> rows;
  for (const Option& option : options) {
    if (option.hidden) continue;
    std::string name = option.shorthand != 0 ? std::string("-") + option.shorthand + ", " : "    ";
    name += "--" + option.name + (option.value.empty() ? "" : " " + option.value);
    rows.emplace_back(std::move(name), doc_of(option));
  }
  return rows;
}

const Group* find_group(const CommandTable& table, const std::vector<std::string>& words) {
  const auto at = std::ranges::find(table.groups(), words, &Group::words);
  return at == table.groups().end() ? nullptr : &*at;
}

/// Summary of what `words` names, a command or a group; a group without one lists its words.
std::string summary_of(const CommandTable& table, const std::vector<std::string>& words) {
  const auto command = std::ranges::find(table.commands(), words, &Command::words);
  if (command != table.commands().end()) return command->summary;
  const Group* group = find_group(table, words);
  return group != nullptr ? group->summary : "Commands: " + join(words_after(table, words), ", ");
}

std::vector<Row> root_rows(const CommandTable& table, bool (*wanted)(const std::string&)) {
  std::vector<Row> rows;
  for (const std::string& word : words_after(table, {}))
    if (wanted(word)) rows.emplace_back(word, summary_of(table, {word}));
  return rows;
}

bool is_about_word(const std::string& word) {
  constexpr std::array<std::string_view, 4> kWords{"commands", "completion", "help", "update"};
  return std::ranges::find(kWords, word) != kWords.end();
}

std::vector<Row> environment_rows() {
  std::vector<Row> rows;
  for (const Variable& variable : variables())
    if (variable.common) rows.emplace_back(variable.name, variable.meaning);
  return rows;
}

/// A command line at its spaces outside quotes; an option and its value stay together.
std::vector<std::string> pieces_of(std::string_view line) {
  std::vector<std::string> pieces{""};
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote != 0 ? c == quote : c == '\'' || c == '"') quote = quote != 0 ? '\0' : c;
    const bool value =
        pieces.back().starts_with('-') && pieces.back().find(' ') == std::string::npos && line.substr(i + 1, 1) != "-";
    if (c == ' ' && quote == 0 && !value) {
      pieces.emplace_back();
    } else {
      pieces.back() += c;
    }
  }
  return pieces;
}

/// As a shell reads it: where it is too wide, a backslash ends the line.
std::string example_text(std::string_view example, int width) {
  std::string out = " ";
  int used = 1;
  for (const std::string& piece : pieces_of(example)) {
    const int cells = output::cell_width(piece);
    if (used + 1 + cells + 2 > width && used > 1) {
      out += " \\\n     ";
      used = 5;
    }
    out += " " + piece;
    used += 1 + cells;
  }
  return out + "\n";
}

}  // namespace

bool is_api_word(std::string_view word) {
  return word == "api" || std::ranges::find(api::groups(), word, &api::Group::word) != api::groups().end();
}

std::string usage_of(const Positional& positional) {
  std::string name = upper(positional.name) + (positional.variadic ? "..." : "");
  return positional.required ? name : "[" + name + "]";
}

std::string wrap(std::string_view text, int width, int indent) {
  const std::string margin(static_cast<std::size_t>(indent), ' ');
  std::string out;
  for (const std::string& line : split(text, '\n')) {
    if (line.starts_with(' ') || line.empty()) {
      out += (line.empty() ? "" : margin + line) + "\n";
      continue;
    }
    std::string row = margin;
    bool fresh = true;
    for (const std::string& word : split(line, ' ')) {
      if (!fresh && output::cell_width(row) + 1 + output::cell_width(word) > width) {
        out += row + "\n";
        row = margin;
        fresh = true;
      }
      row += (fresh ? "" : " ") + word;
      fresh = false;
    }
    out += row + "\n";
  }
  return out;
}

std::string root_help(const CommandTable& table, int width) {
  std::string out = wrap(kIntro, width);
  out += "\nUsage:\n  heygen COMMAND [OPTIONS]\n";
  const auto is_api = [](const std::string& word) { return is_api_word(word); };
  const auto is_setup = [](const std::string& word) { return !is_api_word(word) && !is_about_word(word); };
  out += section("Video commands", root_rows(table, is_api), width);
  out += section("Authentication and configuration", root_rows(table, is_setup), width);
  out += section("Other commands", root_rows(table, is_about_word), width);
  out += section("Options", option_rows(root_options()), width);
  out += section("Environment", environment_rows(), width);
  return out + "\n" + wrap("Start with `heygen auth login`. Run `heygen COMMAND --help` for details.", width);
}

std::string group_help(const CommandTable& table, const std::vector<std::string>& words, int width) {
  const Group* group = find_group(table, words);
  std::string out;
  if (group != nullptr) out = wrap(group->summary + ".", width) + important_block(group->important, width) + "\n";
  out += "Usage:\n  heygen " + join(words, " ") + " COMMAND [OPTIONS]\n";
  std::vector<Row> rows;
  for (const std::string& word : words_after(table, words)) {
    std::vector<std::string> longer = words;
    longer.push_back(word);
    rows.emplace_back(word, summary_of(table, longer));
  }
  out += section("Commands", rows, width) + section("Options", option_rows(global_options()), width);
  return out + "\n" + wrap("Run `heygen " + join(words, " ") + " COMMAND --help` for details.", width);
}

std::string command_help(const Command& command, const std::vector<Option>& options, int width) {
  std::string usage = "  heygen " + join(command.words, " ");
  std::vector<Row> positionals;
  for (const Positional& positional : command.positionals) {
    usage += " " + usage_of(positional);
    positionals.emplace_back(upper(positional.name), positional.doc);
  }
  std::string out = wrap(command.summary + ".", width) + important_block(command.important, width);
  out += paragraph(command.description, width) + "\nUsage:\n" + usage + " [OPTIONS]\n";
  out += section("Arguments", positionals, width) + section("Options", option_rows(options), width);
  out += section("Global options", option_rows(global_options()), width);
  if (!command.examples.empty()) out += "\nExamples:\n";
  for (const std::string& example : command.examples) out += example_text(example, width);
  return out;
}

}  // namespace heygen::host::cli
