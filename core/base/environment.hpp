// SPDX-License-Identifier: Apache-2.0
// The process environment, passed in so that tests and `auth explain` see exactly what they were given.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace heygen {

/// The words of every boolean variable, for messages.
inline constexpr std::string_view kFlagWords = "1, true, yes, on, 0, false, no, or off";
/// What such a word says, in any case and between white space; a blank text says false. Empty for any other word.
std::optional<bool> flag_of(std::string_view text);

class Environment {
 public:
  virtual ~Environment() = default;
  /// The variable's value; empty optional when unset. An empty value counts as set here.
  virtual std::optional<std::string> get(std::string_view name) const = 0;

  /// The value, or "" when the variable is unset or blank.
  std::string value(std::string_view name) const;
  /// Set to more than white space: a blank variable counts as unset.
  bool has(std::string_view name) const;
  /// A boolean variable of heygen. Throws Error{usage_error}, with the words that are allowed, for any other word: a
  /// typing error decides nothing.
  bool is_on(std::string_view name) const;
  /// A boolean variable that other programs define (CI): not blank, "0", "false", "no", "off" (any case).
  bool truthy(std::string_view name) const;
  /// TERM says that the terminal obeys no escape sequences.
  bool is_dumb_terminal() const { return value("TERM") == "dumb"; }
};

/// Of this process.
const Environment& system_environment();

class MapEnvironment : public Environment {
 public:
  explicit MapEnvironment(std::map<std::string, std::string, std::less<>> values) : values_(std::move(values)) {}
  std::optional<std::string> get(std::string_view name) const override;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace heygen
