// SPDX-License-Identifier: Apache-2.0
// A command of heygen as a value: what is typed, what it takes, what it does.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace heygen::host {

class Printer;
class Services;

/// What an option's text must look like, checked while parsing.
enum class Kind : unsigned char { text, integer, number, duration };

/// What a shell offers for a value, beyond `choices`. A placeholder that says FILE offers files by itself.
enum class Fill : unsigned char { nothing, provider, profile, setting, command };

struct Option {
  std::string name{};   ///< without dashes
  char shorthand = 0;   ///< 'd' for -d, 0 for none
  std::string value{};  ///< placeholder in help, "TEXT"; empty: a switch (--x, --x=false)
  std::string doc{};
  std::string fallback{};  ///< shown in help
  std::string range{};     ///< shown in help, "1 to 100"
  std::vector<std::string> choices{};
  bool repeatable = false;   ///< all values kept; otherwise the last one counts
  bool comma_split = false;  ///< values are split at commas, CSV quotes allowed
  bool hidden = false;
  bool deprecated = false;  ///< hidden too, but told to programs
  bool required = false;    ///< shown in help; the command checks it
  Kind kind = Kind::text;
  bool defer_choice_check = false;          ///< the command checks `choices` itself, after the credential
  bool makes_positionals_optional = false;  ///< given, no positional is missed (--response-schema)
  Fill fill = Fill::nothing;
};

struct Positional {
  std::string name{};  ///< "video-id"
  std::string doc{};
  bool required = true;
  bool variadic = false;  ///< takes all that remain; last only
  Fill fill = Fill::nothing;
  std::vector<std::string> choices{};  ///< offered by a shell; the command checks
};

/// What was typed, checked against the command's options and positionals.
class Parsed {
 public:
  std::map<std::string, std::vector<std::string>, std::less<>> options;
  std::vector<std::string> positionals;

  bool given(std::string_view name) const { return options.contains(name); }
  /// Last value, or `fallback`.
  std::string value(std::string_view name, std::string_view fallback = {}) const;
  std::vector<std::string> values(std::string_view name) const;
  /// A switch: given and not "=false".
  bool is_on(std::string_view name) const;
};

struct Command {
  std::vector<std::string> words{};  ///< {"auth", "login"}
  std::string summary{};             ///< one line, no final full stop
  std::string description{};         ///< paragraphs, wrapped by help
  std::string important{};           ///< shown as an IMPORTANT block in help, or ""
  std::vector<std::string> examples{};
  std::vector<Positional> positionals{};
  /// Made only for the chosen command.
  std::function<std::vector<Option>(Services&)> options = [](Services&) { return std::vector<Option>{}; };
  std::function<void(Services&, Printer&, const Parsed&)> run{};
  bool hidden = false;
  bool ignores_settings = false;  ///< it runs whatever is wrong with config.toml and HEYGEN_OUTPUT
  bool ignores_policy = false;    ///< it neither loads a provider nor sends anything, or says what is wrong with it
  bool live_options = false;      ///< they depend on what is installed: a shell asks for them
};

/// A word that only groups: `heygen auth`.
struct Group {
  std::vector<std::string> words{};
  std::string summary{};
  std::string important{};
};

class CommandTable {
 public:
  void add(Command command) { commands_.push_back(std::move(command)); }
  void add_group(Group group) { groups_.push_back(std::move(group)); }
  const std::vector<Command>& commands() const { return commands_; }
  const std::vector<Group>& groups() const { return groups_; }
  /// nullptr when there is none.
  const Command* find(const std::vector<std::string>& words) const;

 private:
  std::vector<Command> commands_;
  std::vector<Group> groups_;
};

/// For a command that describes the others: makes the table of all.
using CommandTableMaker = CommandTable (*)();
/// Makes the table of the commands that begin with a word; of all for "".
using CommandTableOf = CommandTable (*)(std::string_view word);

/// Help text from a raw string: lines of a paragraph are joined, an empty line begins another one, and lines that begin
/// with a space stay as they are.
std::string paragraphs(std::string_view text);

}  // namespace heygen::host
