// SPDX-License-Identifier: Apache-2.0
#include "core/base/environment.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "core/base/error.hpp"
#include "core/base/text.hpp"

namespace heygen {

namespace {

class SystemEnvironment : public Environment {
 public:
  std::optional<std::string> get(std::string_view name) const override {
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr) return {};
    return value;
  }
};

}  // namespace

std::optional<bool> flag_of(std::string_view text) {
  constexpr std::array<std::string_view, 4> kOn{"1", "true", "yes", "on"};
  constexpr std::array<std::string_view, 5> kOff{"", "0", "false", "no", "off"};
  const auto is_given = [word = trim(text)](std::string_view known) { return iequals(known, word); };
  if (std::ranges::any_of(kOn, is_given)) return true;
  return std::ranges::any_of(kOff, is_given) ? std::optional(false) : std::nullopt;
}

std::string Environment::value(std::string_view name) const {
  std::string text = get(name).value_or(std::string{});
  return trim(text).empty() ? std::string{} : text;
}

bool Environment::has(std::string_view name) const {
  return !value(name).empty();
}

bool Environment::is_on(std::string_view name) const {
  const std::string text = value(name);
  if (const std::optional<bool> on = flag_of(text)) return *on;
  const std::string variable(name);
  throw usage_error(variable + " is '" + shown_word(trim(text)) + "', but must be " + std::string(kFlagWords) + ".",
                    "Correct or unset " + variable + ".");
}

bool Environment::truthy(std::string_view name) const {
  return flag_of(value(name)).value_or(true);
}

const Environment& system_environment() {
  static const SystemEnvironment kEnvironment;
  return kEnvironment;
}

std::optional<std::string> MapEnvironment::get(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return {};
  return found->second;
}

}  // namespace heygen
