// SPDX-License-Identifier: Apache-2.0
#include "core/api/schema.hpp"

#include <algorithm>

#include "core/json/parse.hpp"

namespace heygen::api {
namespace {

constexpr std::string_view kReference = "\"#/$defs/";

std::string_view definition(std::string_view name) {
  const auto all = schemas();
  const auto at = std::ranges::find(all, name, &Schema::name);
  return at == all.end() ? std::string_view{} : at->text;
}

/// Adds the names that the text refers to, and those that they refer to.
void collect(std::string_view text, std::vector<std::string_view>& names) {
  for (std::size_t at = text.find(kReference); at != std::string_view::npos; at = text.find(kReference, at)) {
    at += kReference.size();
    const std::string_view name = text.substr(at, text.find('"', at) - at);
    if (std::ranges::find(names, name) != names.end()) continue;
    names.push_back(name);
    collect(definition(name), names);
  }
}

}  // namespace

std::string schema_document(std::string_view schema) {
  std::string out = R"({"$schema":"https://json-schema.org/draft/2020-12/schema",)";
  out += schema.substr(1);
  std::vector<std::string_view> names;
  collect(schema, names);
  if (names.empty()) return out;
  std::ranges::sort(names);
  out.pop_back();
  out += R"(,"$defs":)";
  char before = '{';
  for (const std::string_view name : names) {
    ((((out += before) += '"') += name) += "\":") += definition(name);
    before = ',';
  }
  return out += "}}";
}

const json::Value& SchemaReader::resolved(const json::Value& schema) {
  const std::string reference = schema.string_at("$ref");
  if (reference.empty()) return schema;
  const std::string name = reference.substr(kReference.size() - 1);
  auto at = parsed_.find(name);
  if (at == parsed_.end()) at = parsed_.emplace(name, json::parse(definition(name))).first;
  return resolved(at->second);
}

std::vector<const json::Value*> SchemaReader::choices(const json::Value& schema) {
  std::vector<const json::Value*> out;
  for (const char* word : {"oneOf", "anyOf"}) {
    const json::Value* list = schema.find(word);
    if (list == nullptr || !list->is_array()) continue;
    for (const json::Value& choice : list->as_array()) out.push_back(&resolved(choice));
  }
  return out;
}

std::vector<const json::Value*> SchemaReader::fitting_choices(const json::Value& schema, const json::Value& body) {
  std::vector<const json::Value*> out = choices(schema);
  std::erase_if(out, [&](const json::Value* choice) {
    const json::Value* fields = choice->find("properties");
    if (fields == nullptr || !fields->is_object()) return false;
    return std::ranges::any_of(fields->as_object(), [&](const json::Member& field) {
      const std::string only = only_value(field.second);
      const json::Value* given = only.empty() ? nullptr : body.find(field.first);
      return given != nullptr && !(given->is_string() && given->as_string() == only);
    });
  });
  return out;
}

std::string only_value(const json::Value& field) {
  if (const std::string constant = field.string_at("const"); !constant.empty()) return constant;
  const json::Value* list = field.find("enum");
  if (list == nullptr || !list->is_array() || list->as_array().size() != 1) return {};
  return list->as_array().front().is_string() ? list->as_array().front().as_string() : std::string{};
}

}  // namespace heygen::api
