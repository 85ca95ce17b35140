// SPDX-License-Identifier: Apache-2.0
#include "host/cli/parse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/api/engine.hpp"
#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/store/reserved_slots.hpp"
#include "host/cli/help.hpp"

namespace heygen::host::cli {
namespace {

const Option* by_name(const std::vector<Option>& options, std::string_view name) {
  const auto at = std::ranges::find(options, name, &Option::name);
  return at == options.end() ? nullptr : &*at;
}

const Option* by_letter(const std::vector<Option>& options, char letter) {
  const auto at = std::ranges::find(options, letter, &Option::shorthand);
  return at == options.end() || letter == 0 ? nullptr : &*at;
}

constexpr const char* kListHint = R"(Separate values with commas; quote a value that contains one: a,"b,c".)";

std::string help_of(const std::vector<std::string>& words) {
  return "`heygen " + (words.empty() ? std::string{} : join(words, " ") + " ") + "--help` lists the options.";
}

/// Someone who passes a key where no key belongs learns where it belongs.
std::string key_hint(const std::string& name) {
  for (const store::ReservedSlot& slot : store::reserved_slots())
    for (const std::string_view id : slot.ids)
      if (slot.plain_text && (name == id || "--" + name == store::login_flag_of(id)))
        return fmt::format("Other users can see a command line: set {}, or run {}.", slot.environment,
                           store::login_command(std::string(id)));
  return {};
}

}  // namespace

Error unknown_option(const std::vector<std::string>& words, const std::vector<Option>& options,
                     const std::string& argument, const std::string& advice) {
  const std::string typed = argument.substr(0, argument.find('='));
  const std::string name = typed.substr(typed.starts_with("--") ? 2 : 1);
  std::string hint;
  if (typed.starts_with("--") || name.size() > 2) {
    std::vector<std::string> names;
    for (const Option& option : options)
      if (!option.hidden) names.push_back(option.name);
    std::string near = nearest(name, names);
    const auto longer = std::ranges::find_if(names, [&](const auto& one) { return one.starts_with(name); });
    if (near.empty() && name.size() > 1 && longer != names.end()) near = *longer;
    if (!near.empty()) hint = "Did you mean --" + near + "? ";
  }
  const std::string dashes = typed.substr(0, typed.size() - name.size());
  const std::string key = key_hint(name);
  return usage_error(
      "`heygen" + (words.empty() ? "" : " " + join(words, " ")) + "` has no option " + dashes + shown_word(name) + ".",
      key.empty() ? hint + help_of(words) + advice : key);
}

namespace {

/// What was typed, not yet checked against what options allow.
class Reader {
 public:
  Reader(const std::vector<std::string>& words, const std::vector<Option>& options)
      : words_(words), options_(options) {}

  void read(const std::vector<std::string>& arguments) {
    for (at_ = arguments.begin(), end_ = arguments.end(); at_ != end_; ++at_) {
      const std::string& argument = *at_;
      if (argument == "--") {
        positionals_.insert(positionals_.end(), std::next(at_), end_);
        return;
      }
      if (argument.starts_with("--"))
        long_option(argument);
      else if (argument.starts_with('-') && argument != "-")
        letters(argument);
      else
        positionals_.push_back(argument);
    }
  }

  /// nullptr for an option that was not typed.
  const std::vector<std::string>* values(const Option& option) const {
    const auto found = typed_.find(option.name);
    return found == typed_.end() ? nullptr : &found->second;
  }
  std::vector<std::string> take_positionals() { return std::move(positionals_); }

 private:
  void long_option(const std::string& argument) {
    const std::size_t equals = argument.find('=');
    const Option* option = by_name(options_, std::string_view(argument).substr(2, equals - 2));
    if (option == nullptr || equals == 2) throw unknown_option(words_, options_, argument);
    if (!option->value.empty())
      push(*option, equals == std::string::npos ? next("--" + option->name) : argument.substr(equals + 1));
    else
      push(*option, parse_bool(*option, equals == std::string::npos,
                               argument.substr(equals == std::string::npos ? argument.size() : equals + 1)));
  }

  void letters(const std::string& argument) {
    // -data is a slip for --data, and hardly the value "ata" of -d.
    const std::string whole = argument.substr(1, argument.find('=') - 1);
    if (whole.size() > 1 && by_name(options_, whole) != nullptr) throw unknown_option(words_, options_, argument);
    for (std::size_t i = 1; i < argument.size(); ++i) {
      const Option* option = by_letter(options_, argument[i]);
      if (option == nullptr) throw unknown_option(words_, options_, i == 1 ? argument : "-" + argument.substr(i, 1));
      std::string rest = argument.substr(i + 1);
      if (option->value.empty() && !rest.starts_with('=')) {
        push(*option, "true");
        continue;
      }
      if (rest.starts_with('=')) rest.erase(0, 1);
      if (option->value.empty())
        push(*option, parse_bool(*option, false, rest));
      else
        push(*option, i + 1 == argument.size() ? next("-" + std::string(1, option->shorthand)) : rest);
      return;
    }
  }

  void push(const Option& option, std::string value) { typed_[option.name].push_back(std::move(value)); }

  std::string next(const std::string& shown) {
    if (std::next(at_) == end_) throw usage_error(shown + " needs a value.", help_of(words_));
    return *++at_;
  }

  std::string parse_bool(const Option& option, bool bare, const std::string& value) const {
    for (const char* yes : {"1", "t", "T", "true", "TRUE", "True"})
      if (bare || value == yes) return "true";
    for (const char* no : {"0", "f", "F", "false", "FALSE", "False"})
      if (value == no) return "false";
    // Not repeated: what follows --api-key by mistake is a key.
    throw usage_error("--" + option.name + " is a boolean option: give it no value, or true or false.",
                      help_of(words_));
  }

  const std::vector<std::string>& words_;
  const std::vector<Option>& options_;
  std::map<std::string, std::vector<std::string>> typed_;
  std::vector<std::string> positionals_;
  std::vector<std::string>::const_iterator at_, end_;
};

void validate_value(const std::vector<std::string>& words, const Option& option, const std::string& value) {
  const char* wanted = nullptr;
  if (option.kind == Kind::integer && !api::is_of_type(api::OptionType::integer, value)) wanted = "a whole number";
  if (option.kind == Kind::number && !api::is_of_type(api::OptionType::number, value)) wanted = "a number";
  if (option.kind == Kind::duration && !api::parse_duration(value)) wanted = "a time, e.g. 90s, 20m or 1h30m";
  if (wanted != nullptr)
    throw usage_error(fmt::format("Invalid --{} '{}': must be {}.", option.name, shown_word(value), wanted),
                      help_of(words));
  if (option.defer_choice_check || option.choices.empty() ||
      std::ranges::find(option.choices, value) != option.choices.end())
    return;
  const std::string near = nearest(value, option.choices);
  throw usage_error(
      fmt::format("Invalid --{} '{}'.", option.name, shown_word(value)),
      (near.empty() ? "" : "Did you mean '" + near + "'? ") + "Use one of: " + join(option.choices, ", ") + ".");
}

std::vector<std::string> checked_values(const std::vector<std::string>& words, const Option& option,
                                        const std::vector<std::string>& typed) {
  std::vector<std::string> values;
  for (const std::string& text : typed) {
    if (!option.comma_split) {
      values.push_back(text);
      continue;
    }
    const std::vector<std::string> parts = split_list(text);
    values.insert(values.end(), parts.begin(), parts.end());
  }
  for (const std::string& value : values)
    if (!option.value.empty()) validate_value(words, option, value);
  return values;
}

/// "one argument (VIDEO-ID)"
std::string takes(const std::vector<Positional>& positionals) {
  if (positionals.empty()) return "no argument";
  std::vector<std::string> names;
  for (const Positional& positional : positionals) names.push_back(usage_of(positional));
  const std::string count = names.size() == 1 ? "one argument" : std::to_string(names.size()) + " arguments";
  return count + " (" + join(names, " ") + ")";
}

std::string with_article(const std::string& name) {
  return (std::string_view("AEIOU").find(name.front()) != std::string_view::npos ? "an " : "a ") + name;
}

void check_positionals(const std::vector<std::string>& words, const std::vector<Option>& options,
                       const std::vector<Positional>& positionals, const Parsed& parsed) {
  const std::string typed = "`heygen" + (words.empty() ? "" : " " + join(words, " ")) + "`";
  const std::size_t count = parsed.positionals.size();
  const bool open = !positionals.empty() && positionals.back().variadic;
  if (count > positionals.size() && !open) {
    // Where no argument is expected, a stray one is hardly a typo.
    const std::string shown =
        positionals.empty() ? "" : " '" + shown_word(parsed.positionals[positionals.size()]) + "'";
    throw usage_error(fmt::format("{} takes {}; unexpected argument{}.", typed, takes(positionals), shown),
                      help_of(words));
  }
  const bool excused = parsed.is_on("help") || std::ranges::any_of(options, [&](const Option& option) {
                         return option.makes_positionals_optional && parsed.is_on(option.name);
                       });
  for (std::size_t i = count; i < positionals.size() && !excused; ++i)
    if (positionals[i].required)
      throw usage_error(fmt::format("{} requires {}.", typed, with_article(usage_of(positionals[i]))), help_of(words));
}

}  // namespace

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= text.size() && !text.empty();) {
    std::string part;
    if (at < text.size() && text[at] == '"') {
      for (++at;; ++at) {
        if (at >= text.size())
          throw usage_error("A quote is not closed in the list '" + shown_word(text) + "'.", kListHint);
        if (text[at] == '"' && (at + 1 >= text.size() || text[at + 1] != '"')) break;
        if (text[at] == '"') ++at;
        part += text[at];
      }
      ++at;
      if (at < text.size() && text[at] != ',')
        throw usage_error("A comma is missing after a closed quote in the list '" + shown_word(text) + "'.", kListHint);
    } else {
      const std::size_t comma = std::min(text.find(',', at), text.size());
      part = text.substr(at, comma - at);
      at = comma;
    }
    parts.push_back(std::move(part));
    ++at;
  }
  return parts;
}

Parsed parse(const std::vector<std::string>& words, const std::vector<Option>& options,
             const std::vector<Positional>& positionals, const std::vector<std::string>& arguments) {
  Reader reader(words, options);
  reader.read(arguments);
  Parsed parsed;
  for (const Option& option : options)
    if (const auto* typed = reader.values(option)) parsed.options[option.name] = checked_values(words, option, *typed);
  parsed.positionals = reader.take_positionals();
  check_positionals(words, options, positionals, parsed);
  return parsed;
}

}  // namespace heygen::host::cli
