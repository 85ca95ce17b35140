// SPDX-License-Identifier: Apache-2.0
// The catalog's schemas as documents, and as rules that a body can be held to.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/catalog.hpp"
#include "core/json/value.hpp"

namespace heygen::api {

/// A complete JSON Schema document: `schema` of a command, and every definition that it refers to.
std::string schema_document(std::string_view schema);

/// Follows references. Not thread-safe; what it returns lives as long as it does.
class SchemaReader {
 public:
  /// What the schema says itself, or the definition that it refers to.
  const json::Value& resolved(const json::Value& schema);
  /// The choices of a oneOf or anyOf, resolved; none for a schema without.
  std::vector<const json::Value*> choices(const json::Value& schema);
  /// Those of the choices that the body may be, by their fields with one value.
  std::vector<const json::Value*> fitting_choices(const json::Value& schema, const json::Value& body);

 private:
  std::map<std::string, json::Value, std::less<>> parsed_;
};

/// The only value that the field may have; "" when it may have several, or one that is not text.
std::string only_value(const json::Value& field);

}  // namespace heygen::api
