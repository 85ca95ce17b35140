#include "sdk/sandbox/api/check.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "core/base/text.hpp"

namespace heygen::sandbox {
namespace {

using Kind = Field::Kind;

std::string shown(double value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

void check_size(const Field& field, const std::string& name, double size, const char* unit) {
  if (size < field.low) throw Invalid{name, name + " needs at least " + shown(field.low) + unit + '.'};
  if (size > field.high) throw Invalid{name, name + " takes at most " + shown(field.high) + unit + '.'};
}

void check_choice(const Field& field, const std::string& name, const std::string& text) {
  if (field.values.empty() || std::find(field.values.begin(), field.values.end(), text) != field.values.end()) return;
  std::string choices;
  for (const std::string_view value : field.values) choices += (choices.empty() ? "" : ", ") + std::string(value);
  throw Invalid{name, name + " is one of " + choices + '.'};
}

void check_text(const Field& field, const std::string& name, const json::Value& value) {
  if (!value.is_string() || (field.required && value.as_string().empty())) {
    throw Invalid{name, name + " must be a text."};
  }
  check_choice(field, name, value.as_string());
  check_size(field, name, static_cast<double>(value.as_string().size()), " characters");
  if (field.kind == Kind::address && value.as_string().rfind("https://", 0) != 0) {
    throw Invalid{name, name + " must start with https://."};
  }
}

void check_number(const Field& field, const std::string& name, const json::Value& value) {
  if (value.is_number()) {
    const double found = std::strtod(value.as_number().text.c_str(), nullptr);
    const bool whole = field.kind == Kind::number || found == std::floor(found);
    if (whole && found >= field.low && found <= field.high) return;
  }
  const std::string kind = field.kind == Kind::number ? " must be a number" : " must be a whole number";
  const bool open = field.high > 1e15;
  throw Invalid{name, name + kind + (open ? "." : " from " + shown(field.low) + " to " + shown(field.high) + '.')};
}

void check_list(const Field& field, const std::string& name, const json::Value& value) {
  if (!value.is_array()) throw Invalid{name, name + " must be a list."};
  if (field.required && value.as_array().empty()) throw Invalid{name, name + " must not be an empty list."};
  check_size(field, name, static_cast<double>(value.as_array().size()), " items");
  if (field.kind == Kind::list) return;
  for (std::size_t i = 0; i < value.as_array().size(); ++i) {
    const json::Value& item = value.as_array()[i];
    const std::string where = name + '.' + std::to_string(i);
    if (!item.is_string()) throw Invalid{where, where + " must be a text."};
    check_choice(field, where, item.as_string());
  }
}

void check_asset(const Field& field, const std::string& name, const json::Value& value) {
  const bool inlined = field.kind == Kind::asset;
  const std::string type = value.string_at("type");
  const auto needs = [&](const std::string& part) {
    if (value.string_at(part).empty()) throw Invalid{name + '.' + part, name + '.' + part + " is missing."};
  };
  if (type == "url" || type == "asset_id") return needs(type);
  if (!inlined || type != "base64") {
    throw Invalid{name + ".type", name + ".type is one of url, asset_id" + (inlined ? ", base64." : ".")};
  }
  needs("media_type");
  needs("data");
}

void check_value(const Field& field, const std::string& name, const json::Value& value) {
  switch (field.kind) {
    case Kind::text:
    case Kind::address:
      return check_text(field, name, value);
    case Kind::flag:
      if (!value.is_bool()) throw Invalid{name, name + " must be true or false."};
      return;
    case Kind::integer:
    case Kind::number:
      return check_number(field, name, value);
    case Kind::list:
    case Kind::texts:
      return check_list(field, name, value);
    case Kind::object:
      if (!value.is_object()) throw Invalid{name, name + " must be an object."};
      return;
    case Kind::asset:
    case Kind::link:
      return check_asset(field, name, value);
  }
}

}  // namespace

void check(const json::Value& body, std::initializer_list<Field> fields, const std::string& where) {
  for (const Field& field : fields) {
    const std::string name = where + std::string(field.name);
    const json::Value* value = member(body, field.name);
    if (value != nullptr) {
      check_value(field, name, *value);
    } else if (field.required) {
      throw Invalid{name, name + " is missing."};
    }
  }
}

const json::Value* member(const json::Value& body, std::string_view name) {
  const json::Value* value = body.find(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

json::Value value_or_null(const json::Value& body, std::string_view name) {
  const json::Value* value = body.find(name);
  return value == nullptr ? json::Value() : *value;
}

bool flag_of(const json::Value& body, std::string_view name) {
  const json::Value* value = body.find(name);
  return value != nullptr && value->is_bool() && value->as_bool();
}

double number_of(const json::Value& body, std::string_view name, double otherwise) {
  const json::Value* value = body.find(name);
  if (value == nullptr || !value->is_number()) return otherwise;
  return std::strtod(value->as_number().text.c_str(), nullptr);
}

json::Value read_object(const Request& request) {
  if (!request.is_of_type("application/json")) throw Invalid{"", "Send the body as application/json."};
  try {
    json::Value body = json::parse(request.body);
    if (!body.is_object()) throw Invalid{"", "The body must be a JSON object."};
    return body;
  } catch (const json::ParseError& error) {
    throw Invalid{"", std::string("The body is no JSON: ") + error.what()};
  }
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

json::Value number(double value) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.3f", value);
  std::string out = text.data();
  while (out.back() == '0') out.pop_back();
  if (out.back() == '.') out.pop_back();
  return json::Number{out};
}

}  // namespace heygen::sandbox
