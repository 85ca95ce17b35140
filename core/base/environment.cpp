// SPDX-License-Identifier: Apache-2.0
#include "core/base/environment.hpp"

#include <cstdlib>

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

std::string Environment::value(std::string_view name) const {
  std::string text = get(name).value_or(std::string{});
  return trim(text).empty() ? std::string{} : text;
}

bool Environment::has(std::string_view name) const {
  return !value(name).empty();
}

bool Environment::truthy(std::string_view name) const {
  const std::string text = to_lower(trim(value(name)));
  return !text.empty() && text != "0" && text != "false" && text != "no" && text != "off";
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
