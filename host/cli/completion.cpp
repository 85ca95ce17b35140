// SPDX-License-Identifier: Apache-2.0
#include "host/cli/completion.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "core/base/text.hpp"
#include "host/cli/globals.hpp"
#include "host/cli/route.hpp"
#include "host/cli/scripts.hpp"

namespace heygen::host::cli {
namespace {

/// What may follow some words.
struct Entry {
  std::vector<std::pair<std::string, std::string>> children;  ///< word, doc
  std::vector<std::string> options, fills;                    ///< rows
  bool live = false;
  std::string mark{};  ///< what stands for it in a fixed text, or ""
};

using Entries = std::map<std::string, Entry>;  ///< by words: "video list", "" at the start

std::string_view kind_of(Fill fill) {
  switch (fill) {
    case Fill::provider:
      return "provider";
    case Fill::profile:
      return "profile";
    case Fill::setting:
      return "setting";
    case Fill::command:
      return "command";
    case Fill::nothing:
      break;
  }
  return "";
}

std::string_view kind_of(const Option& option) {
  if (option.value.empty()) return "switch";
  if (option.fill != Fill::nothing) return kind_of(option.fill);
  if (!option.choices.empty()) return option.comma_split ? "list" : "one";
  if (option.value.find("FILE") == std::string::npos) return "value";
  return option.value.find("JSON") == std::string::npos ? "file" : "document";
}

std::string shell_summary_of(const CommandTable& table, const std::vector<std::string>& words) {
  for (const Command& command : table.commands())
    if (command.words == words) return command.summary;
  for (const Group& group : table.groups())
    if (group.words == words) return group.summary;
  return join(words_after(table, words), ", ");
}

Entry group_entry(const CommandTable& table, const std::vector<std::string>& words) {
  Entry entry;
  for (const std::string& word : words_after(table, words)) {
    std::vector<std::string> longer = words;
    longer.push_back(word);
    entry.children.emplace_back(word, shell_summary_of(table, longer));
  }
  entry.options = option_rows_for_shell(words.empty() ? root_options() : global_options());
  return entry;
}

Entry command_entry(const CommandTable& table, const Command& command, Services& services) {
  Entry entry;
  entry.options = option_rows_for_shell(with_globals(command.options(services)));
  entry.live = command.live_options;
  for (const Positional& positional : command.positionals) {
    if (positional.fill == Fill::command) entry.children = group_entry(table, {}).children;
    const std::string kind(positional.choices.empty() ? kind_of(positional.fill) : "one");
    entry.fills.push_back(kind + "|" + join(positional.choices, ","));
  }
  return entry;
}

Entries entries_of(const CommandTable& table, Services& services, Live live) {
  Entries all;
  for (const Command& command : table.commands()) {
    if (command.hidden) continue;
    Entry& entry = all[join(command.words, " ")];
    if (command.live_options && live == Live::marked)
      entry.mark = live_mark(command.words);
    else
      entry = command_entry(table, command, services);
    std::vector<std::string> prefix;
    for (const std::string& word : command.words) {
      if (!all.contains(join(prefix, " "))) all[join(prefix, " ")] = group_entry(table, prefix);
      prefix.push_back(word);
    }
  }
  return all;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

std::string posix_quoted(const std::string& text) {
  return "'" + replaced(text, "'", R"('\'')") + "'";
}

std::string without_docs(const std::vector<std::string>& rows) {
  std::string out;
  for (const std::string& row : rows) {
    std::size_t at = 0;
    for (int bar = 0; bar < 5; ++bar) at = row.find('|', at) + 1;
    out += (out.empty() ? "" : "\n") + row.substr(0, at);
  }
  return out;
}

std::string bash_entry(const std::string& path, const Entry& entry) {
  std::string words;
  for (const auto& [word, doc] : entry.children) words += (words.empty() ? "" : " ") + word;
  std::string out = "    '" + path + "')\n      children='" + words +
                    "'\n      options=" + posix_quoted(without_docs(entry.options)) + "\n";
  if (!entry.fills.empty()) out += "      fills=" + posix_quoted(join(entry.fills, "\n")) + "\n";
  return out + (entry.live ? "      live=1\n      ;;\n" : "      ;;\n");
}

std::string zsh_entry(const std::string& path, const Entry& entry) {
  std::string words;
  for (const auto& [word, doc] : entry.children) words += (words.empty() ? "" : "\n") + word + ":" + doc;
  std::string out = "    ('" + path + "')\n      children=" + posix_quoted(words) +
                    "\n      options=" + posix_quoted(join(entry.options, "\n")) + "\n";
  if (!entry.fills.empty()) out += "      fills=" + posix_quoted(join(entry.fills, "\n")) + "\n";
  return out + (entry.live ? "      live=1\n      ;;\n" : "      ;;\n");
}

/// The lines of an entry, each with its kind in front.
std::vector<std::string> lines_of(const Entry& entry) {
  std::vector<std::string> lines;
  for (const auto& [word, doc] : entry.children) lines.push_back("w " + word + "|" + doc);
  for (const std::string& row : entry.options) lines.push_back("o " + row);
  for (const std::string& row : entry.fills) lines.push_back("f " + row);
  if (entry.live) lines.emplace_back("l");
  return lines;
}

std::string fish_entry(const std::string& path, const Entry& entry) {
  std::string out = "        case '" + path + "'\n            printf '%s\\n'";
  for (const std::string& line : lines_of(entry))
    out += " \\\n                '" + replaced(replaced(line, "\\", "\\\\"), "'", "\\'") + "'";
  return out + "\n";
}

std::string powershell_entry(const std::string& path, const Entry& entry) {
  return "    '" + path + "' = '" + replaced(join(lines_of(entry), "\n"), "'", "''") + "'\n";
}

struct Shell {
  std::string_view name;
  const std::string_view* script;
  std::string (*entry)(const std::string& path, const Entry& entry);
};

const Shell& shell_of(std::string_view name) {
  static constexpr std::array<Shell, 4> kShells{{{"bash", &kBashScript, bash_entry},
                                                 {"zsh", &kZshScript, zsh_entry},
                                                 {"fish", &kFishScript, fish_entry},
                                                 {"powershell", &kPowershellScript, powershell_entry}}};
  const auto* at = std::ranges::find(kShells, name, &Shell::name);
  return at == kShells.end() ? kShells.back() : *at;
}

/// The script with the table in the place of the line that says @TABLE@.
std::string filled(std::string_view script, const std::string& table) {
  return replaced(std::string(script), "@TABLE@\n", table);
}

}  // namespace

std::vector<std::string> option_rows_for_shell(const std::vector<Option>& options) {
  std::vector<std::string> rows;
  for (const Option& option : options) {
    const std::string times = option.hidden ? "h" : option.repeatable ? "*" : "1";
    rows.push_back(option.name + "|" + (option.shorthand == 0 ? "" : std::string(1, option.shorthand)) + "|" + times +
                   "|" + std::string(kind_of(option)) + "|" + join(option.choices, ",") + "|" +
                   (option.hidden ? "" : option.doc));
  }
  return rows;
}

std::string completion_script(const std::string& shell, const CommandTable& table, Services& services, Live live) {
  const Shell& known = shell_of(shell);
  std::string text;
  for (const auto& [path, entry] : entries_of(table, services, live))
    text += entry.mark.empty() ? known.entry(path, entry) : entry.mark;
  return filled(*known.script, text);
}

std::string completion_entry(const std::string& shell, const CommandTable& table, const Command& command,
                             Services& services) {
  return shell_of(shell).entry(join(command.words, " "), command_entry(table, command, services));
}

std::string completion_setup(const std::string& shell) {
  if (shell == "bash")
    return paragraphs(R"(
A package of heygen installs the script; bash reads it when bash-completion is installed. Without the package, for this
shell:
  source <(heygen completion bash)
For every new shell:
  echo 'source <(heygen completion bash)' >> ~/.bashrc
Needs bash 4.4 or newer, and bash-completion only for the first way.)");
  if (shell == "zsh")
    return paragraphs(R"(
A package of heygen installs the script; zsh reads it once ~/.zshrc says `autoload -U compinit; compinit`. Without the
package, after that line of ~/.zshrc:
  source <(heygen completion zsh)
Or in a directory of $fpath, which starts faster:
  mkdir -p ~/.zsh/completions
  heygen completion zsh > ~/.zsh/completions/_heygen
with `fpath=(~/.zsh/completions $fpath)` before compinit.)");
  if (shell == "fish")
    return paragraphs(R"(
A package of heygen installs the script; fish reads it automatically. Without the package:
  mkdir -p ~/.config/fish/completions
  heygen completion fish > ~/.config/fish/completions/heygen.fish)");
  return paragraphs(R"(
For this shell:
  heygen completion powershell | Out-String | Invoke-Expression
For every new shell, put that line into the file that $PROFILE names. Unlike the scripts for bash, zsh and fish, this one
is not driven in the project's tests.)");
}

}  // namespace heygen::host::cli
