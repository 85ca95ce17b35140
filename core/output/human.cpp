// SPDX-License-Identifier: Apache-2.0
#include "core/output/human.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "core/base/text.hpp"
#include "core/output/notes.hpp"
#include "core/output/table.hpp"
#include "core/output/text_width.hpp"

namespace heygen::output {

namespace {

constexpr int kIndent = 2;
constexpr int kNoLimit = 1 << 20;
/// Deeper objects are shown as JSON.
constexpr int kDeepest = 5;

bool is_id(std::string_view field) {
  const std::vector<std::string> words = words_of(field);
  return !words.empty() && iequals(words.back(), "id");
}

/// Ids and kinds are typed into the next command.
bool is_typed_again(std::string_view field) {
  const std::vector<std::string> words = words_of(field);
  return is_id(field) || (!words.empty() && iequals(words.back(), "type"));
}

class Human {
 public:
  explicit Human(const HumanStyle& style) : style_(style) {}

  std::string document(const json::Value& document, const std::vector<Column>& columns) const {
    const json::Value* data = document.find("data");
    if (data == nullptr) return payload(document, columns);
    json::Object rest;
    for (const json::Member& member : document.as_object()) {
      const bool silent = is_empty(member.second) || member.second == json::Value(false);
      if (member.first != "data" && !silent && !is_paging(member.first)) rest.push_back(member);
    }
    std::string out = payload(*data, columns);
    if (!rest.empty()) out += "\n" + details(rest, 0, 1);
    return out;
  }

  /// Only the members that the columns name, in their order.
  std::string picked(const json::Value& object, const std::vector<Column>& columns) const {
    const int widest = widest_of(columns);
    std::string out;
    for (const Column& column : columns) {
      const json::Value* found = object.find_path(column.field);
      const json::Value value = found == nullptr ? json::Value() : *found;
      if (!is_block(value, 1))
        out += line(label_of(column), last_part(column.field), value, 0, widest);
      else
        out += title(label_of(column), 0) +
               (value.is_object() ? details(value.as_object(), kIndent, 2) : rows(value.as_array(), {}, kIndent, 2));
    }
    return out;
  }

 private:
  /// more_note() says what these members say.
  bool is_paging(const std::string& path) const {
    return style_.paging && (path == style_.paging->more || path == style_.paging->next);
  }

  json::Object without_paging(json::Object data) const {
    std::erase_if(data, [&](const json::Member& member) { return is_paging("data." + member.first); });
    return data;
  }

  std::string payload(const json::Value& value, const std::vector<Column>& columns) const {
    if (value.is_array() && value.as_array().empty()) return "Nothing found.\n";
    if (is_object_list(value)) return rows(value.as_array(), columns, 0, 1);
    if (value.is_array()) return values(value.as_array());
    if (value.is_object() && !is_empty(value)) return details(without_paging(value.as_object()), 0, 1);
    std::string out;
    const Cell cell = cell_of({}, value);
    for (const std::string& text : lines_of({}, value)) {
      for (const std::string& part : wrap(text, style_.width, false))
        out += paint(part, cell.tone, style_.color) + "\n";
    }
    return out;
  }

  std::string values(const json::Array& items) const {
    Table table({{"Value"}});
    for (const json::Value& item : items) table.add({cell_of({}, item)});
    return table.text(style_);
  }

  static std::vector<Column> columns_of(const json::Array& items) {
    std::set<std::string> keys;
    for (const json::Value& item : items) {
      for (const json::Member& member : item.as_object()) keys.insert(member.first);
    }
    std::vector<Column> columns;
    columns.reserve(keys.size());
    for (const std::string& key : keys) columns.push_back({key, {}});
    return columns;
  }

  /// Curated columns are paths; those made of keys are names that may contain dots.
  std::string rows(const json::Array& items, const std::vector<Column>& curated, int indent, int level) const {
    const std::vector<Column> columns = curated.empty() ? columns_of(items) : curated;
    std::vector<TableColumn> headers;
    headers.reserve(columns.size());
    for (const Column& column : columns) {
      headers.push_back({label_of(column), is_typed_again(column.field)});
    }
    Table table(std::move(headers));
    std::vector<std::string> names;
    names.reserve(columns.size());
    for (const Column& column : columns) names.push_back(last_part(column.field));
    for (const json::Value& item : items) {
      std::vector<Cell> row;
      row.reserve(columns.size());
      for (std::size_t i = 0; i < columns.size(); ++i) {
        const json::Value* value = value_of(item, columns[i], curated);
        row.push_back(value == nullptr ? Cell{{}, Tone::faint, Shape::nothing} : cell_of(names[i], *value));
      }
      table.add(std::move(row));
    }
    const int width = room(indent);
    const std::vector<std::size_t> shown = table.readable(width);
    if (curated.empty()) {
      const bool whole = level > 1 ? table.fits(width) : shown.size() == columns.size();
      return columns.empty() || !whole ? records(items, indent, level) : table.text(style_, indent);
    }
    return (shown.empty() ? cards(items, columns) : table.text(style_, indent, shown)) + footer(items, columns, shown);
  }

  static const json::Value* value_of(const json::Value& item, const Column& column,
                                     const std::vector<Column>& curated) {
    return curated.empty() ? item.find(column.field) : item.find_path(column.field);
  }

  /// Columns left beside an indent; 0: no limit.
  int room(int indent) const { return style_.width <= 0 ? 0 : std::max(style_.width - indent, 1); }

  /// Labels up to this wide have their value beside them.
  int widest_label(int indent) const { return style_.width <= 0 ? kNoLimit : std::max(room(indent) / 2 - kIndent, 1); }

  /// The columns of a row below each other, where the terminal is too narrow for a table.
  std::string cards(const json::Array& items, const std::vector<Column>& columns) const {
    const int widest = widest_of(columns);
    std::string out;
    for (const json::Value& item : items) {
      if (!out.empty()) out += "\n";
      for (const Column& column : columns) {
        const json::Value* value = item.find_path(column.field);
        out += line(label_of(column), last_part(column.field), value == nullptr ? json::Value() : *value, 0, widest);
      }
    }
    return out;
  }

  int widest_of(const std::vector<Column>& columns) const {
    int widest = 0;
    for (const Column& column : columns) {
      const int wide = cell_width(label_of(column));
      if (wide <= widest_label(0)) widest = std::max(widest, wide);
    }
    return widest;
  }

  static std::string label_of(const Column& column) {
    return column.header.empty() ? label_from_field(column.field) : printable(column.header);
  }

  /// Below other details each record starts with a dash.
  std::string records(const json::Array& items, int indent, int level) const {
    const bool nested = level > 1;
    const std::string blank(static_cast<std::size_t>(indent), ' ');
    std::string out;
    for (const json::Value& item : items) {
      if (!out.empty() && !nested) out += "\n";
      std::string record = is_empty(item) ? blank + (nested ? "  " : "") + std::string(kEmptyCell) + "\n"
                                          : details(item.as_object(), indent + (nested ? kIndent : 0), level);
      if (nested) record[static_cast<std::size_t>(indent)] = '-';
      out += record;
    }
    return out;
  }

  std::string footer(const json::Array& items, const std::vector<Column>& columns,
                     const std::vector<std::size_t>& shown) const {
    std::vector<std::string> dropped;
    for (std::size_t i = 0; i < columns.size() && !shown.empty(); ++i) {
      if (std::ranges::find(shown, i) == shown.end()) dropped.push_back(label_of(columns[i]));
    }
    std::string out;
    if (!dropped.empty()) out += note("(too narrow to show: " + join(dropped, ", ") + ")", style_);
    out += hidden_note(items, columns, style_);
    return out.empty() ? out : "\n" + out;
  }

  std::string details(const json::Object& members, int indent, int level) const {
    const std::map<std::string_view, const json::Value*> sorted = [&] {
      std::map<std::string_view, const json::Value*> out;
      for (const json::Member& member : members) out.emplace(member.first, &member.second);
      return out;
    }();
    int widest = 0;
    for (const auto& [key, value] : sorted) {
      const int wide = cell_width(label_from_field(key));
      if (!is_block(*value, level) && wide <= widest_label(indent)) widest = std::max(widest, wide);
    }
    std::string out;
    for (const auto& [key, value] : sorted) {
      out += is_block(*value, level) ? block(key, *value, indent, level)
                                     : line(label_from_field(key), key, *value, indent, widest);
    }
    return out;
  }

  static bool is_block(const json::Value& value, int level) {
    return level < kDeepest && ((value.is_object() && !is_empty(value)) || is_object_list(value));
  }

  std::string block(std::string_view key, const json::Value& value, int indent, int level) const {
    const std::string out = title(label_from_field(key), indent);
    if (value.is_object()) return out + details(value.as_object(), indent + kIndent, level + 1);
    return out + rows(value.as_array(), {}, indent + kIndent, level + 1);
  }

  std::string title(const std::string& label, int indent) const {
    std::string out;
    for (const std::string& part : wrap(label + ":", room(indent), false)) {
      out.append(static_cast<std::size_t>(indent), ' ');
      out += paint(part, Tone::strong, style_.color) + "\n";
    }
    return out;
  }

  /// IDs and URLs, which are never broken, because they are there to be copied.
  static bool is_whole(std::string_view key, const json::Value& value) {
    return value.is_string() && value.as_string().find_first_of(" \n") == std::string::npos &&
           (is_url(value.as_string()) ||
            (is_id(key) && value.as_string().size() <= static_cast<std::size_t>(kLongestId)));
  }

  /// A label, and its value beside it in a column of its own. Below it when the label is too wide for that, or when the
  /// value has to stay in one piece; one that is wider than the terminal begins at its edge.
  std::string line(const std::string& label, std::string_view key, const json::Value& value, int indent,
                   int widest) const {
    const std::vector<std::string> lines = lines_of(key, value);
    const bool whole = is_whole(key, value);
    const int wide = cell_width(label), value_wide = whole ? cell_width(lines.front()) : 0;
    const auto fits = [&](int hang) { return style_.width <= 0 || value_wide <= room(hang); };
    const bool beside = wide <= widest && fits(indent + widest + 1 + kIndent);
    int hang = indent + (beside ? widest + 1 + kIndent : 2 * kIndent);
    if (!fits(hang)) hang = 0;
    std::string out = beside ? std::string(static_cast<std::size_t>(indent), ' ') : title(label, indent);
    if (beside) {
      out += paint(label + ":", Tone::strong, style_.color);
      out.append(static_cast<std::size_t>(hang - indent - wide - 1), ' ');
    }
    const Tone tone = cell_of(key, value).tone;
    bool first = beside;
    for (const std::string& text : lines) {
      for (const std::string& part : wrap(text, room(hang), whole)) {
        if (!first && !part.empty()) out.append(static_cast<std::size_t>(hang), ' ');
        out += paint(part, tone, style_.color) + "\n";
        first = false;
      }
    }
    return out;
  }

  const HumanStyle& style_;
};

}  // namespace

std::string human(const json::Value& document, const std::vector<Column>& columns, const HumanStyle& style) {
  const std::string more = more_note(document, style);
  return Human(style).document(document, columns) + (more.empty() ? "" : "\n" + more);
}

std::string human_members(const json::Value& object, const std::vector<Column>& columns, const HumanStyle& style) {
  return Human(style).picked(object, columns);
}

}  // namespace heygen::output
