// SPDX-License-Identifier: Apache-2.0
// JSON documents that come back out as they went in: numbers keep their text, objects their order.
// Poco::JSON rewrites numbers (18446744073709551616 becomes 0), so it cannot carry a file shared with other programs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace heygen::json {

class Value;
struct Null {
  bool operator==(const Null&) const = default;
};
struct Number {
  std::string text;  ///< as written
  bool operator==(const Number&) const = default;
};
using Member = std::pair<std::string, Value>;
using Array = std::vector<Value>;
using Object = std::vector<Member>;  ///< in order of appearance; a doubled name keeps its last value

class Value {
 public:
  Value() = default;
  Value(bool flag) : data_(flag) {}
  Value(Number number) : data_(std::move(number)) {}
  Value(std::int64_t number) : data_(Number{std::to_string(number)}) {}
  Value(int number) : data_(Number{std::to_string(number)}) {}
  Value(std::string text) : data_(std::move(text)) {}
  Value(std::string_view text) : data_(std::string(text)) {}
  Value(const char* text) : data_(std::string(text)) {}
  Value(Array items) : data_(std::move(items)) {}
  Value(Object members) : data_(std::move(members)) {}

  bool is_null() const { return std::holds_alternative<Null>(data_); }
  bool is_bool() const { return std::holds_alternative<bool>(data_); }
  bool is_number() const { return std::holds_alternative<Number>(data_); }
  bool is_string() const { return std::holds_alternative<std::string>(data_); }
  bool is_array() const { return std::holds_alternative<Array>(data_); }
  bool is_object() const { return std::holds_alternative<Object>(data_); }

  // These throw std::bad_variant_access on another kind: check first.
  bool as_bool() const { return std::get<bool>(data_); }
  const Number& as_number() const { return std::get<Number>(data_); }
  const std::string& as_string() const { return std::get<std::string>(data_); }
  const Array& as_array() const { return std::get<Array>(data_); }
  Array& as_array() { return std::get<Array>(data_); }
  const Object& as_object() const { return std::get<Object>(data_); }
  Object& as_object() { return std::get<Object>(data_); }
  /// nullptr for another kind.
  template <class Kind>
  Kind* get_if() noexcept {
    return std::get_if<Kind>(&data_);
  }

  /// A member of an object; nullptr when absent, or when this is not an object.
  const Value* find(std::string_view name) const;
  Value* find(std::string_view name);
  /// The member at a dotted path, "data.status"; a part that is a number indexes an array.
  const Value* find_path(std::string_view path) const;
  /// The member's text when it is a string, else "".
  std::string string_at(std::string_view name) const;
  /// Sets or appends a member. Turns a null into an object; throws std::bad_variant_access on other kinds.
  Value& set(std::string_view name, Value value);
  /// True when there was one.
  bool erase(std::string_view name);
  /// The whole part of a number (or of a string that is one) if it fits, cut towards zero.
  std::optional<std::int64_t> to_int64() const;

  bool operator==(const Value&) const = default;

 private:
  std::variant<Null, bool, Number, std::string, Array, Object> data_;
};

/// RFC 7396.
void merge_patch(Value& target, const Value& patch);

}  // namespace heygen::json
