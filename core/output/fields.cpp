#include "core/output/fields.hpp"

#include <algorithm>
#include <set>

#include "core/base/text.hpp"
#include "core/output/cell.hpp"

namespace heygen::output {
namespace {

constexpr int kDeepestField = 3;

const json::Value& payload_of(const json::Value& document) {
  const json::Value* data = document.find("data");
  return data == nullptr ? document : *data;
}

/// What the fields are looked for in.
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
  for (const std::string& part : split(path, '.')) (text += text.empty() ? "" : " ") += humanise(part);
  return text;
}

std::string last_part(const std::string& path) {
  return path.substr(path.rfind('.') + 1);
}

/// Rows made anew, so that nothing but the fields is there to be shown or counted. The number keeps doubled fields and
/// the order apart; the last part stays, for it tells times and ids from other values.
std::string rows(json::Value document, const std::vector<std::string>& fields, const std::vector<Column>& columns,
                 const HumanStyle& style) {
  std::vector<Column> chosen;
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

std::string block(const json::Value& value, HumanStyle style) {
  constexpr std::string_view kIndent = "  ";
  if (style.width > 0) style.width = std::max(style.width - static_cast<int>(kIndent.size()), 1);
  std::string out;
  // As a document of its own a member `data` would be unwrapped.
  for (const std::string& line : split(human(json::Object{{"data", value}}, {}, style), '\n'))
    out += line.empty() ? "\n" : std::string(kIndent) + line + "\n";
  if (out.ends_with("\n\n")) out.pop_back();
  return out;
}

std::string details(const json::Value& payload, const std::vector<std::string>& fields,
                    const std::vector<Column>& columns, const HumanStyle& style) {
  int widest = 0;
  for (const std::string& field : fields) widest = std::max(widest, cell_width(printable(heading(field, columns))));
  std::string out;
  for (const std::string& field : fields) {
    const json::Value* found = payload.find_path(field);
    const json::Value value = found == nullptr ? json::Value{} : *found;
    const std::string label = printable(heading(field, columns)) + ":";
    out += paint(label, Tone::strong, style.color);
    if ((value.is_object() && !is_empty(value)) || is_object_list(value)) {
      out += "\n" + block(value, style);
      continue;
    }
    const std::string key = last_part(field);
    int pad = widest + 3 - cell_width(label);
    for (const std::string& line : lines_of(key, value)) {
      out +=
          std::string(static_cast<std::size_t>(pad), ' ') + paint(line, cell_of(key, value).tone, style.color) + "\n";
      pad = widest + 3;
    }
  }
  return out;
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
  if (payload.is_object()) return details(payload, fields, columns, style);
  return human(document, columns, style);
}

}  // namespace heygen::output
