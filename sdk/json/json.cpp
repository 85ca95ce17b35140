// SPDX-License-Identifier: Apache-2.0
#include "sdk/json/json.hpp"

#include <Poco/JSON/Parser.h>
#include <Poco/JSON/Stringifier.h>

#include <cmath>
#include <set>
#include <sstream>

namespace heygen::sdk {
namespace {

/// Sees each member as the text has it.
class RepeatedMembers final : public Poco::JSON::ParseHandler {
 public:
  const std::string& first() const { return first_; }

  void startObject() override {
    levels_.push_back({{}, ""});
    ParseHandler::startObject();
  }
  void endObject() override {
    levels_.pop_back();
    ParseHandler::endObject();
  }
  void startArray() override {
    levels_.push_back({{}, ""});
    ParseHandler::startArray();
  }
  void endArray() override {
    levels_.pop_back();
    ParseHandler::endArray();
  }
  void key(const std::string& name) override {
    levels_.back().member = name;
    if (!levels_.back().names.insert(name).second && first_.empty()) first_ = place();
    ParseHandler::key(name);
  }

 private:
  struct Level {
    std::set<std::string> names;
    std::string member;  ///< "" in a list
  };
  std::string place() const {
    std::string out;
    for (const Level& level : levels_) {
      if (!level.member.empty()) out += (out.empty() ? "" : ".") + level.member;
    }
    return out;
  }

  std::vector<Level> levels_;
  std::string first_;
};

}  // namespace

Object object(std::initializer_list<Member> members) {
  Object made = new Poco::JSON::Object(Poco::JSON_PRESERVE_KEY_ORDER);
  for (const Member& member : members) made->set(member.name, member.value);
  return made;
}

List list(const std::vector<Var>& items) {
  List made = new Poco::JSON::Array;
  for (const Var& item : items) made->add(item);
  return made;
}

Object copy_of(const Object& object) {
  return new Poco::JSON::Object(*object);
}

bool is_object(const Var& value) {
  return value.type() == typeid(Object);
}

bool is_list(const Var& value) {
  return value.type() == typeid(List);
}

bool is_number(const Var& value) {
  return value.isNumeric() && !value.isBoolean();
}

Object object_in(const Var& value) {
  return is_object(value) ? value.extract<Object>() : object();
}

std::vector<Var> items_in(const Var& value) {
  if (!is_list(value)) return {};
  const List found = value.extract<List>();
  return std::vector<Var>(found->begin(), found->end());
}

std::string text_in(const Var& value) {
  return value.isString() ? value.extract<std::string>() : std::string{};
}

std::string text_at(const Object& object, const std::string& name) {
  return text_in(object->get(name));
}

bool flag_at(const Object& object, const std::string& name) {
  const Var value = object->get(name);
  return value.isBoolean() && value.extract<bool>();
}

double number_at(const Object& object, const std::string& name, double otherwise) {
  const Var value = object->get(name);
  return is_number(value) ? value.convert<double>() : otherwise;
}

double rounded(double value) {
  return std::round(value * 1000) / 1000;
}

Var parse_json(const std::string& text) {
  Poco::JSON::Parser parser(new Poco::JSON::ParseHandler(true));  // true: keeps the order of members
  return parser.parse(text);
}

std::string find_repeated_member(const std::string& text) {
  const Poco::SharedPtr<RepeatedMembers> members(new RepeatedMembers);
  Poco::JSON::Parser parser(members);
  parser.parse(text);
  return members->first();
}

std::vector<Object> parse_rows(std::string_view text) {
  std::vector<Object> rows;
  for (const Var& row : items_in(parse_json(std::string(text)))) rows.push_back(object_in(row));
  return rows;
}

std::string write_json(const Var& value) {
  std::ostringstream out;
  Poco::JSON::Stringifier::condense(value, out);
  return out.str();
}

std::string write_json_pretty(const Var& value) {
  constexpr unsigned kIndent = 2;
  std::ostringstream out;
  Poco::JSON::Stringifier::stringify(value, out, kIndent, kIndent);
  out << '\n';
  return out.str();
}

}  // namespace heygen::sdk
