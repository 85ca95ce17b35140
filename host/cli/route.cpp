// SPDX-License-Identifier: Apache-2.0
#include "host/cli/route.hpp"

#include <algorithm>
#include <set>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "host/cli/parse.hpp"

namespace heygen::host::cli {
namespace {

bool begins_with(const std::vector<std::string>& words, const std::vector<std::string>& prefix) {
  return words.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), words.begin());
}

bool is_option(const std::string& argument) {
  return argument.starts_with('-') && argument != "-";
}

bool takes_value(const std::vector<Option>& globals, const std::string& argument) {
  if (!argument.starts_with("--") || argument.find('=') != std::string::npos) return false;
  const auto at = std::ranges::find(globals, argument.substr(2), &Option::name);
  return at != globals.end() && !at->value.empty();
}

/// The one command anywhere that ends in this word: `heygen login` means `heygen auth login`.
std::string elsewhere(const CommandTable& table, const std::string& word) {
  std::string found;
  for (const Command& command : table.commands()) {
    if (command.hidden || !iequals(command.words.back(), word)) continue;
    if (!found.empty()) return {};
    found = "heygen " + join(command.words, " ");
  }
  return found;
}

/// `heygen translate` means `heygen video-translate`.
std::string containing(const std::string& word, const std::vector<std::string>& candidates) {
  constexpr std::size_t kShortest = 3;
  if (word.size() < kShortest) return {};
  const auto at = std::ranges::find_if(
      candidates, [&](const std::string& one) { return one.find(to_lower(word)) != std::string::npos; });
  return at == candidates.end() ? std::string{} : *at;
}

/// Options of a command go after its words: what follows one that comes before them may be its value, and is not shown.
void refuse_early_option(const std::vector<Option>& globals, const Route& so_far) {
  const auto of = [&](const std::string& argument) {
    const std::string name = argument.substr(0, argument.find('='));
    return std::ranges::any_of(globals, [&](const Option& option) {
      return name == "--" + option.name || (option.shorthand != 0 && name == std::string{'-', option.shorthand});
    });
  };
  bool value = false;
  for (const std::string& argument : so_far.rest) {
    if (!value && is_option(argument) && !of(argument))
      throw unknown_option(so_far.words, globals, argument, " Options of a command go after the command.");
    value = !value && takes_value(globals, argument);
  }
}

Error unknown_word(const CommandTable& table, const std::vector<std::string>& prefix, const std::string& word) {
  const std::vector<std::string> candidates = words_after(table, prefix);
  const std::string place = prefix.empty() ? "heygen" : "heygen " + join(prefix, " ");
  std::string near = nearest(word, candidates);
  if (near.empty()) near = containing(word, candidates);
  const std::string meant = near.empty() ? elsewhere(table, word) : place + " " + near;
  std::string hint = meant.empty() ? "" : "Did you mean `" + meant + "`? ";
  hint += "`" + place + " --help` lists all commands.";
  return usage_error("`" + place + "` has no command '" + shown_word(word) + "'.", hint);
}

}  // namespace

std::vector<std::string> words_after(const CommandTable& table, const std::vector<std::string>& prefix,
                                     bool with_hidden) {
  std::set<std::string> found;
  for (const Command& command : table.commands())
    if ((with_hidden || !command.hidden) && command.words.size() > prefix.size() && begins_with(command.words, prefix))
      found.insert(command.words[prefix.size()]);
  return {found.begin(), found.end()};
}

std::optional<std::string> first_word(const std::vector<Option>& globals, const std::vector<std::string>& arguments) {
  for (auto at = arguments.begin(); at != arguments.end() && *at != "--"; ++at) {
    if (!is_option(*at)) return *at;
    if (takes_value(globals, *at) && std::next(at) != arguments.end()) ++at;
  }
  return {};
}

Route route(const CommandTable& table, const std::vector<Option>& globals, const std::vector<std::string>& arguments) {
  Route result;
  std::size_t at = 0;
  for (; at < arguments.size() && result.command == nullptr; ++at) {
    const std::string& argument = arguments[at];
    if (argument == "--") break;
    if (is_option(argument)) {
      result.rest.push_back(argument);
      if (takes_value(globals, argument) && at + 1 < arguments.size()) result.rest.push_back(arguments[++at]);
      continue;
    }
    const std::vector<std::string> next = words_after(table, result.words, true);
    if (!std::ranges::binary_search(next, argument)) {
      refuse_early_option(globals, result);
      throw unknown_word(table, result.words, argument);
    }
    result.words.push_back(argument);
    result.command = table.find(result.words);
  }
  result.rest.insert(result.rest.end(), arguments.begin() + static_cast<std::ptrdiff_t>(at), arguments.end());
  return result;
}

}  // namespace heygen::host::cli
