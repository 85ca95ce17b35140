// SPDX-License-Identifier: Apache-2.0
#include "core/output/fields.hpp"

#include <algorithm>
#include <set>

#include "core/base/text.hpp"
#include "core/output/cell.hpp"
#include "core/output/human.hpp"
#include "core/output/notes.hpp"

namespace heygen::output {
namespace {

constexpr int kDeepestField = 3;

const json::Value& payload_of(const json::Value& document) {
  const json::Value* data = document.find("data");
  return data == nullptr ? document : *data;
}

/// The objects in which the fields are looked up.
std::vector<const json::Value*> records_of(const json::Value& payload) {
  std::vector<const json::Value*> records;
  if (payload.is_object()) records.push_back(&payload);
  if (is_object_list(payload))
    for (const json::Value& row : payload.as_array()) records.push_back(&row);
  return records;
}

void collect(const json::Value& value, const std::string& prefix, int level, std::set<std::string>& seen,
             std::vector<std::string>& paths) {
  if (!value.is_object()) return;
  for (const json::Member& member : value.as_object()) {
    const std::string path = prefix + member.first;
    if (seen.insert(path).second) paths.push_back(path);
    if (level < kDeepestField) collect(member.second, path + ".", level + 1, seen, paths);
  }
}

std::string heading(const std::string& path, const std::vector<Column>& columns) {
  const auto at = std::ranges::find(columns, path, &Column::field);
  if (at != columns.end() && !at->header.empty()) return at->header;
  std::string text;
  for (const std::string& part : split(path, '.')) (text += text.empty() ? "" : " ") += label_from_field(part);
  return text;
}

/// Rows made anew, so that nothing but the fields is there to be shown or counted. The number keeps doubled fields and
/// the order apart; the last part stays, for it tells times and ids from other values.
std::string rows(json::Value document, const std::vector<std::string>& fields, const std::vector<Column>& columns,
                 const HumanStyle& style) {
  std::vector<Column> chosen;
  chosen.reserve(fields.size());
  for (const std::string& field : fields)
    chosen.push_back({std::to_string(chosen.size()) + "." + last_part(field), heading(field, columns)});
  json::Array made;
  for (const json::Value& row : payload_of(document).as_array()) {
    json::Object cells;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const json::Value* value = row.find_path(fields[i]);
      if (value != nullptr)
        cells.emplace_back(std::to_string(i), json::Object{{last_part(fields[i]), *value}});
      else
        cells.emplace_back(std::to_string(i), json::Object{});
    }
    made.emplace_back(std::move(cells));
  }
  if (document.is_object())
    document.set("data", std::move(made));
  else
    document = std::move(made);
  return human(document, chosen, style);
}

}  // namespace

std::vector<std::string> missing_fields(const json::Value& document, const std::vector<std::string>& fields) {
  const json::Value& payload = payload_of(document);
  if (payload.is_null() || (payload.is_array() && payload.as_array().empty())) return {};
  const std::vector<const json::Value*> records = records_of(payload);
  std::vector<std::string> missing;
  for (const std::string& field : fields)
    if (std::ranges::none_of(records, [&](const json::Value* record) { return record->find_path(field) != nullptr; }))
      missing.push_back(field);
  return missing;
}

std::vector<std::string> known_fields(const json::Value& document) {
  std::set<std::string> seen;
  std::vector<std::string> paths;
  for (const json::Value* record : records_of(payload_of(document))) collect(*record, {}, 1, seen, paths);
  return paths;
}

std::string human_fields(const json::Value& document, const std::vector<std::string>& fields,
                         const std::vector<Column>& columns, const HumanStyle& style) {
  const json::Value& payload = payload_of(document);
  if (is_object_list(payload)) return rows(document, fields, columns, style);
  if (payload.is_object()) {
    std::vector<Column> chosen;
    chosen.reserve(fields.size());
    for (const std::string& field : fields) chosen.push_back({field, heading(field, columns)});
    const std::string more = more_note(document, style);
    return human_members(payload, chosen, style) + (more.empty() ? "" : "\n" + more);
  }
  return human(document, columns, style);
}

}  // namespace heygen::output
