// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/api/engine.hpp"
#include "core/json/parse.hpp"

namespace heygen::api {
namespace {

void add_missing(const json::Value& schema, const json::Value& body, std::vector<std::string>& out) {
  const json::Value* required = schema.find("required");
  if (required == nullptr || !required->is_array()) return;
  for (const json::Value& name : required->as_array())
    if (name.is_string() && body.find(name.as_string()) == nullptr &&
        std::ranges::find(out, name.as_string()) == out.end())
      out.push_back(name.as_string());
}

/// The variant of an OpenAPI union that the body's discriminator names; nullptr when it names none.
const json::Value* variant_of(const json::Value& schema, const std::string& discriminator, const std::string& kind) {
  const json::Value* variants = schema.find("oneOf");
  if (variants == nullptr || !variants->is_array()) return nullptr;
  for (const json::Value& variant : variants->as_array()) {
    const json::Value* constant = variant.find_path("properties." + discriminator + ".const");
    if (constant != nullptr && constant->is_string() && constant->as_string() == kind) return &variant;
  }
  return nullptr;
}

}  // namespace

std::vector<std::string> missing_fields(const Command& command, const std::optional<std::string>& body) {
  if (command.body != BodyKind::json || command.request_schema.empty() || (!body && command.body_optional)) return {};
  const json::Value schema = json::parse(command.request_schema);
  const json::Value sent = body ? json::parse(*body) : json::Value(json::Object{});
  std::vector<std::string> missing;
  add_missing(schema, sent, missing);
  const json::Value* discriminator = schema.find_path("discriminator.propertyName");
  if (discriminator == nullptr || !discriminator->is_string()) return missing;
  const std::string& name = discriminator->as_string();
  if (sent.find(name) == nullptr && missing.empty()) missing.push_back(name);
  if (const json::Value* variant = variant_of(schema, name, sent.string_at(name))) add_missing(*variant, sent, missing);
  return missing;
}

}  // namespace heygen::api
