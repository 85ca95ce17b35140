// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/api/engine.hpp"
#include "core/api/schema.hpp"
#include "core/json/parse.hpp"

namespace heygen::api {
namespace {

class Search {
 public:
  /// Dotted paths, without the places in lists.
  std::vector<std::string> found;

  void look(const json::Value& unresolved, const json::Value& value, const std::string& path) {
    const json::Value& schema = reader_.resolved(unresolved);
    for (const json::Value* choice : reader_.fitting_choices(schema, value)) look(*choice, value, path);
    if (value.is_array()) {
      const json::Value* items = schema.find("items");
      for (const json::Value& item : value.as_array())
        if (items != nullptr) look(*items, item, path);
    }
    const json::Value* fields = schema.find("properties");
    if (!value.is_object() || fields == nullptr) return;
    for (const auto& [name, member] : value.as_object()) {
      const json::Value* field = fields->find(name);
      if (field == nullptr) continue;
      const std::string at = path.empty() ? name : path + "." + name;
      if (is_deprecated(*field) && std::ranges::find(found, at) == found.end()) found.push_back(at);
      look(*field, member, at);
    }
  }

 private:
  static bool is_deprecated(const json::Value& field) {
    const json::Value* mark = field.find("deprecated");
    return mark != nullptr && mark->is_bool() && mark->as_bool();
  }

  SchemaReader reader_;
};

std::string advice_of(const Option& option) {
  return option.deprecated.empty() ? std::string{} : ": " + std::string(option.deprecated);
}

json::Value parsed(const std::string& text) {
  try {
    return json::parse(text);
  } catch (const json::ParseError&) {  // reported by prepare()
    return {};
  }
}

}  // namespace

std::vector<std::string> deprecations(const Command& command, const CommandInput& given) {
  std::vector<std::string> out;
  for (const Option& option : command.options)
    if (!option.deprecated.empty() && given.options.contains(option.name))
      out.push_back("`--" + std::string(option.name) + "` is deprecated" + advice_of(option) + ".");
  if (!given.data || !command.has_deprecated_fields) return out;
  Search search;
  search.look(json::parse(command.request_schema), parsed(*given.data), "");
  for (const std::string& field : search.found) {
    const auto option = std::ranges::find_if(
        command.options, [&](const Option& one) { return one.place == Place::json && one.target == field; });
    if (option != command.options.end() && given.options.contains(option->name)) continue;  // it wins, and was told
    out.push_back("The field `" + field + "` is deprecated" +
                  (option == command.options.end() ? "" : advice_of(*option)) + ".");
  }
  return out;
}

}  // namespace heygen::api
