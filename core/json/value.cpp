// SPDX-License-Identifier: Apache-2.0
#include "core/json/value.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace heygen::json {

const Value* Value::find(std::string_view name) const {
  if (!is_object()) return nullptr;
  const auto found = std::ranges::find(as_object(), name, &Member::first);
  return found == as_object().end() ? nullptr : &found->second;
}

Value* Value::find(std::string_view name) {
  return const_cast<Value*>(std::as_const(*this).find(name));
}

const Value* Value::find_path(std::string_view path) const {
  const Value* at = this;
  while (at != nullptr && !path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    const std::string_view part = path.substr(0, dot);
    path.remove_prefix(std::min(dot + 1, path.size()));
    if (at->is_array()) {
      std::size_t index = 0;
      const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), index);
      const bool valid = error == std::errc{} && end == part.data() + part.size() && index < at->as_array().size();
      at = valid ? &at->as_array()[index] : nullptr;
    } else {
      at = at->find(part);
    }
  }
  return at;
}

std::string Value::string_at(std::string_view name) const {
  const Value* found = find(name);
  return found != nullptr && found->is_string() ? found->as_string() : std::string{};
}

Value& Value::set(std::string_view name, Value value) {
  if (is_null()) data_ = Object{};
  if (Value* found = find(name)) return *found = std::move(value);
  return as_object().emplace_back(std::string(name), std::move(value)).second;
}

bool Value::erase(std::string_view name) {
  return is_object() && std::erase_if(as_object(), [&](const Member& member) { return member.first == name; }) > 0;
}

std::optional<std::int64_t> Value::to_int64() const {
  if (!is_number() && !is_string()) return {};
  const std::string& text = is_number() ? as_number().text : as_string();
  std::int64_t whole = 0;
  const char* end = text.data() + text.size();
  if (const auto [stop, error] = std::from_chars(text.data(), end, whole); error == std::errc{} && stop == end) {
    return whole;
  }
  double real = 0;
  const auto [stop, error] = std::from_chars(text.data(), end, real);
  constexpr double kLimit = 9.2e18;
  if (error != std::errc{} || stop != end || text.empty() || !std::isfinite(real) || std::abs(real) > kLimit) return {};
  return static_cast<std::int64_t>(real);
}

void merge_patch(Value& target, const Value& patch) {
  if (!patch.is_object()) {
    target = patch;
    return;
  }
  if (!target.is_object()) target = Object{};
  for (const auto& [name, value] : patch.as_object()) {
    if (value.is_null()) {
      target.erase(name);
    } else if (value.is_object()) {
      Value* member = target.find(name);
      merge_patch(member != nullptr ? *member : target.set(name, Value{}), value);
    } else {
      target.set(name, value);
    }
  }
}

}  // namespace heygen::json
