// SPDX-License-Identifier: Apache-2.0
#include "sdk/sandbox/api/check.hpp"

#include <Poco/Exception.h>

#include <algorithm>
#include <cmath>
#include <sstream>

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

void check_text(const Field& field, const std::string& name, const Var& value) {
  if (!value.isString() || (field.required && text_in(value).empty())) {
    throw Invalid{name, name + " must be a string."};
  }
  check_choice(field, name, text_in(value));
  check_size(field, name, static_cast<double>(text_in(value).size()), " characters");
  if (field.kind == Kind::address && text_in(value).rfind("https://", 0) != 0) {
    throw Invalid{name, name + " must start with https://."};
  }
}

void check_number(const Field& field, const std::string& name, const Var& value) {
  if (is_number(value)) {
    const double found = value.convert<double>();
    const bool whole = field.kind == Kind::number || found == std::floor(found);
    if (whole && found >= field.low && found <= field.high) return;
  }
  const std::string kind = field.kind == Kind::number ? " must be a number" : " must be a whole number";
  const bool open = field.high > 1e15;
  throw Invalid{name, name + kind + (open ? "." : " from " + shown(field.low) + " to " + shown(field.high) + '.')};
}

void check_list(const Field& field, const std::string& name, const Var& value) {
  if (!is_list(value)) throw Invalid{name, name + " must be a list."};
  const std::vector<Var> items = items_in(value);
  if (field.required && items.empty()) throw Invalid{name, name + " must not be an empty list."};
  check_size(field, name, static_cast<double>(items.size()), " items");
  if (field.kind == Kind::list) return;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Var& item = items[i];
    const std::string where = name + '.' + std::to_string(i);
    if (!item.isString()) throw Invalid{where, where + " must be a string."};
    check_choice(field, where, text_in(item));
  }
}

void check_asset(const Field& field, const std::string& name, const Var& value) {
  const bool inlined = field.kind == Kind::asset;
  const Object asset = object_in(value);
  const std::string type = text_at(asset, "type");
  const auto needs = [&](const std::string& part) {
    if (text_at(asset, part).empty()) throw Invalid{name + '.' + part, name + '.' + part + " is missing."};
  };
  if (type == "url" || type == "asset_id") return needs(type);
  if (!inlined || type != "base64") {
    throw Invalid{name + ".type", name + ".type is one of url, asset_id" + (inlined ? ", base64." : ".")};
  }
  needs("media_type");
  needs("data");
}

void check_value(const Field& field, const std::string& name, const Var& value) {
  switch (field.kind) {
    case Kind::text:
    case Kind::address:
      return check_text(field, name, value);
    case Kind::flag:
      if (!value.isBoolean()) throw Invalid{name, name + " must be true or false."};
      return;
    case Kind::integer:
    case Kind::number:
      return check_number(field, name, value);
    case Kind::list:
    case Kind::texts:
      return check_list(field, name, value);
    case Kind::object:
      if (!is_object(value)) throw Invalid{name, name + " must be an object."};
      return;
    case Kind::asset:
    case Kind::link:
      return check_asset(field, name, value);
  }
}

}  // namespace

void check(const Object& body, std::initializer_list<Field> fields, const std::string& where) {
  for (const Field& field : fields) {
    const std::string name = where + std::string(field.name);
    const Var value = body->get(std::string(field.name));
    if (!value.isEmpty()) {
      check_value(field, name, value);
    } else if (field.required) {
      throw Invalid{name, name + " is missing."};
    }
  }
}

Object read_object(const Request& request) {
  if (!request.is_of_type("application/json")) throw Invalid{"", "Send the body as application/json."};
  try {
    const Var body = parse_json(request.body);
    if (is_object(body)) return object_in(body);
  } catch (const Poco::Exception& error) {
    throw Invalid{"", "The body is not valid JSON: " + error.displayText() + '.'};
  }
  throw Invalid{"", "The body must be a JSON object."};
}

}  // namespace heygen::sandbox
