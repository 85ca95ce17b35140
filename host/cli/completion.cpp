#include "host/cli/completion.hpp"

#include <algorithm>
#include <map>

#include "core/base/text.hpp"
#include "host/cli/globals.hpp"
#include "host/cli/route.hpp"

namespace heygen::host {
namespace {

/// What may follow some words ("video list", "" at the start): words and options.
using Candidates = std::map<std::string, std::vector<std::string>>;

void add_options(const std::vector<Option>& options, std::vector<std::string>& out) {
  for (const Option& option : options)
    if (!option.hidden) out.push_back("--" + option.name);
}

Candidates candidates_of(const CommandTable& table, Context& context) {
  Candidates all;
  for (const Command& command : table.commands()) {
    if (command.hidden) continue;
    std::vector<std::string>& own = all[join(command.words, " ")];
    add_options(command.options(context), own);
    add_options(global_options(), own);
    std::vector<std::string> prefix;
    for (const std::string& word : command.words) {
      all.try_emplace(join(prefix, " "), words_after(table, prefix));
      prefix.push_back(word);
    }
  }
  return all;
}

// Each script finds the longest beginning of the typed words that names a group or command, options left out, and
// offers what may follow it.

std::string bash(const Candidates& all) {
  std::string out =
      "# bash completion for heygen\n"
      "_heygen() {\n"
      "  local path='' word i next current=${COMP_WORDS[COMP_CWORD]}\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    word=${COMP_WORDS[i]}\n"
      "    [[ $word == -* ]] && continue\n"
      "    next=\"${path:+$path }$word\"\n"
      "    _heygen_after \"$next\" > /dev/null || break\n"
      "    path=$next\n"
      "  done\n"
      "  mapfile -t COMPREPLY < <(compgen -W \"$(_heygen_after \"$path\")\" -- \"$current\")\n"
      "  [[ ${#COMPREPLY[@]} -gt 0 || $current == -* ]] || compopt -o default\n"
      "}\n"
      "_heygen_after() {\n"
      "  case \"$1\" in\n";
  for (const auto& [path, words] : all) out += "    '" + path + "') echo '" + join(words, " ") + "' ;;\n";
  return out + "    *) return 1 ;;\n  esac\n}\ncomplete -F _heygen heygen\n";
}

std::string zsh(const Candidates& all) {
  std::string out =
      "#compdef heygen\n"
      "_heygen() {\n"
      "  local path_words='' word next\n"
      "  local -A after\n"
      "  after=(\n";
  for (const auto& [path, words] : all) out += "    '." + path + "' '" + join(words, " ") + "'\n";
  return out +
         "  )\n"
         "  for word in ${words[2,CURRENT-1]}; do\n"
         "    [[ $word == -* ]] && continue\n"
         "    next=\"${path_words:+$path_words }$word\"\n"
         "    (( ${+after[.$next]} )) || break\n"
         "    path_words=$next\n"
         "  done\n"
         "  local -a offered\n"
         "  offered=(${=after[.$path_words]})\n"
         "  compadd -a offered || _files\n"
         "}\n"
         "if [[ ${funcstack[1]} == _heygen ]]; then _heygen \"$@\"; else compdef _heygen heygen; fi\n";
}

std::string fish(const Candidates& all) {
  std::string out =
      "# fish completion for heygen\n"
      "function __heygen_path\n"
      "  set -l path ''\n"
      "  for word in (commandline -opc)[2..-1]\n"
      "    string match -q -- '-*' $word; and continue\n"
      "    set -l next (string trim -- \"$path $word\")\n"
      "    contains -- $next $__heygen_paths; or break\n"
      "    set path $next\n"
      "  end\n"
      "  echo $path\n"
      "end\n"
      "set -g __heygen_paths";
  for (const auto& [path, words] : all)
    if (!path.empty()) out += " '" + path + "'";
  out += "\ncomplete -c heygen -e\n";
  for (const auto& [path, words] : all)
    out += "complete -c heygen -n 'test (__heygen_path) = \"" + path + "\"' -a '" + join(words, " ") + "'\n";
  return out;
}

std::string powershell(const Candidates& all) {
  std::string out =
      "# PowerShell completion for heygen\n"
      "Register-ArgumentCompleter -Native -CommandName heygen -ScriptBlock {\n"
      "  param($wordToComplete, $commandAst, $cursorPosition)\n"
      "  $after = @{\n";
  for (const auto& [path, words] : all) out += "    '" + path + "' = '" + join(words, " ") + "'\n";
  return out +
         "  }\n"
         "  $path = ''\n"
         "  $typed = @($commandAst.CommandElements | Select-Object -Skip 1 |\n"
         "    Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })\n"
         "  foreach ($word in $typed) {\n"
         "    if ($word.StartsWith('-')) { continue }\n"
         "    $next = \"$path $word\".Trim()\n"
         "    if (-not $after.ContainsKey($next)) { break }\n"
         "    $path = $next\n"
         "  }\n"
         "  $after[$path] -split ' ' | Where-Object { $_ -like \"$wordToComplete*\" } |\n"
         "    ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }\n"
         "}\n";
}

}  // namespace

std::string completion_script(const std::string& shell, const CommandTable& table, Context& context) {
  const Candidates all = candidates_of(table, context);
  if (shell == "bash") return bash(all);
  if (shell == "zsh") return zsh(all);
  return shell == "fish" ? fish(all) : powershell(all);
}

std::string completion_setup(const std::string& shell) {
  if (shell == "bash") return "echo 'source <(heygen completion bash)' >> ~/.bashrc";
  if (shell == "zsh") return "echo 'source <(heygen completion zsh)' >> ~/.zshrc";
  if (shell == "fish") return "heygen completion fish > ~/.config/fish/completions/heygen.fish";
  return "heygen completion powershell | Out-String | Invoke-Expression";
}

}  // namespace heygen::host
