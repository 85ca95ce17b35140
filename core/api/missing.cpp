// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/api/engine.hpp"
#include "core/api/schema.hpp"
#include "core/json/parse.hpp"

namespace heygen::api {
namespace {

std::vector<std::string> missing_of(const json::Value& schema, const json::Value& body) {
  std::vector<std::string> out;
  const json::Value* required = schema.find("required");
  if (required == nullptr || !required->is_array()) return out;
  for (const json::Value& name : required->as_array())
    if (name.is_string() && body.find(name.as_string()) == nullptr) out.push_back(name.as_string());
  return out;
}

/// The field by which the choices of a union differ; "" when none does.
std::string discriminator_of(const std::vector<const json::Value*>& choices) {
  for (const json::Value* choice : choices) {
    const json::Value* fields = choice->find("properties");
    if (fields == nullptr || !fields->is_object()) continue;
    for (const auto& [name, field] : fields->as_object())
      if (!only_value(field).empty()) return name;
  }
  return {};
}

}  // namespace

std::vector<std::string> missing_fields(const Command& command, const std::optional<std::string>& body) {
  if (command.body != BodyKind::json || command.request_schema.empty() || (!body && command.body_optional)) return {};
  const json::Value schema = json::parse(command.request_schema);
  const json::Value sent = body ? json::parse(*body) : json::Value(json::Object{});
  std::vector<std::string> missing = missing_of(schema, sent);
  SchemaReader reader;
  const std::string discriminator = discriminator_of(reader.choices(schema));
  if (discriminator.empty()) return missing;
  if (sent.find(discriminator) == nullptr) return {discriminator};
  const std::vector<const json::Value*> fitting = reader.fitting_choices(schema, sent);
  if (fitting.empty()) return missing;
  std::vector<std::vector<std::string>> lists;
  for (const json::Value* choice : fitting) lists.push_back(missing_of(*choice, sent));
  return *std::ranges::min_element(lists, {}, &std::vector<std::string>::size);
}

}  // namespace heygen::api
