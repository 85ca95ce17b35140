// SPDX-License-Identifier: Apache-2.0
// JSON documents as Poco::JSON has them: values that are shared when copied, objects whose members keep their order.
// For what the sandbox and the checker read and write themselves: a reader that others wrote tells what core/json would
// hide.
#pragma once

#include <Poco/Dynamic/Var.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace heygen::sdk {

using Poco::Dynamic::Var;                ///< empty: null
using Object = Poco::JSON::Object::Ptr;  ///< never a null pointer in this program
using List = Poco::JSON::Array::Ptr;

/// A name and a value of a kind that JSON has: Poco would take any other too, and write something else.
struct Member {
  template <class T>
  Member(std::string_view of, const T& from) : name(of) {
    if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, Var> || std::is_same_v<T, Object> ||
                  std::is_same_v<T, List>) {
      value = from;
    } else {
      value = std::string(std::string_view(from));
    }
  }
  std::string name;
  Var value;
};

Object object(std::initializer_list<Member> members = {});
List list(const std::vector<Var>& items = {});
/// A copy whose members can be set without a change to the original; objects and lists in it are shared.
Object copy_of(const Object& object);

/// The object in `value`; an empty one when it is another kind.
Object object_in(const Var& value);
/// The items of the list in `value`; none when it is another kind.
std::vector<Var> items_in(const Var& value);
/// The string in `value`; "" when it is another kind.
std::string text_in(const Var& value);
std::string text_at(const Object& object, const std::string& name);
bool flag_at(const Object& object, const std::string& name);
double number_at(const Object& object, const std::string& name, double otherwise);

bool is_object(const Var& value);
bool is_list(const Var& value);
bool is_number(const Var& value);  ///< not so a boolean, which Poco counts as numeric

/// A number with at most three decimals.
double rounded(double value);

/// Throws Poco::Exception for what is not JSON, and for numbers that Poco::JSON cannot hold.
Var parse_json(const std::string& text);
/// The place of a member that its object has twice, such as "settings.url"; "" when there is none. For text that
/// parse_json() takes, which keeps the last one.
std::string find_repeated_member(const std::string& text);
/// The rows of a list of objects that this program itself contains.
std::vector<Object> parse_rows(std::string_view text);
/// On one line.
std::string write_json(const Var& value);
/// With two-space indentation and a final newline.
std::string write_json_pretty(const Var& value);

}  // namespace heygen::sdk
