#include <algorithm>
#include <map>
#include <set>

#include "core/base/text.hpp"
#include "core/output/output.hpp"
#include "core/output/table.hpp"

namespace heygen::output {

namespace {

constexpr int kIndent = 2;
/// Deeper objects are shown as JSON.
constexpr int kDeepest = 5;

bool is_id(std::string_view field) {
  const std::vector<std::string> words = words_of(field);
  return !words.empty() && iequals(words.back(), "id");
}

std::string last_part(const std::string& path) {
  return path.substr(path.rfind('.') + 1);
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
      if (member.first != "data" && !silent) rest.push_back(member);
    }
    std::string out = payload(*data, columns);
    if (!rest.empty()) out += "\n" + details(rest, 0, 1);
    return out;
  }

 private:
  std::string payload(const json::Value& value, const std::vector<Column>& columns) const {
    if (value.is_array() && value.as_array().empty()) return "Nothing found.\n";
    if (is_object_list(value)) return rows(value.as_array(), columns, 0, 1);
    if (value.is_array()) return values(value.as_array());
    if (value.is_object() && !is_empty(value)) return details(value.as_object(), 0, 1);
    std::string out;
    const Cell cell = cell_of({}, value);
    for (const std::string& line : lines_of({}, value)) out += paint(line, cell.tone, style_.color) + "\n";
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

  /// Curated columns are paths; those made of keys are names that may hold dots.
  std::string rows(const json::Array& items, const std::vector<Column>& curated, int indent, int level) const {
    const std::vector<Column> columns = curated.empty() ? columns_of(items) : curated;
    std::vector<TableColumn> headers;
    headers.reserve(columns.size());
    for (const Column& column : columns) {
      headers.push_back(
          {column.header.empty() ? humanise(column.field) : printable(column.header), is_id(column.field)});
    }
    Table table(std::move(headers));
    for (const json::Value& item : items) {
      std::vector<Cell> row;
      for (const Column& column : columns) {
        const json::Value* value = curated.empty() ? item.find(column.field) : item.find_path(column.field);
        row.push_back(value == nullptr ? Cell{} : cell_of(last_part(column.field), *value));
      }
      table.add(std::move(row));
    }
    if (columns.empty() || !table.is_readable(style_.width <= 0 ? 0 : std::max(style_.width - indent, 1))) {
      return records(items, indent, level);
    }
    return table.text(style_, indent) + (curated.empty() ? std::string{} : footer(items.front().as_object(), curated));
  }

  std::string records(const json::Array& items, int indent, int level) const {
    std::string out;
    for (const json::Value& item : items) {
      if (!out.empty()) out += "\n";
      out += is_empty(item) ? std::string(static_cast<std::size_t>(indent), ' ').append(kNothing) + "\n"
                            : details(item.as_object(), indent, level);
    }
    return out;
  }

  std::string footer(const json::Object& first, const std::vector<Column>& columns) const {
    const auto hidden = std::ranges::count_if(first, [&](const json::Member& member) {
      return std::ranges::none_of(columns, [&](const Column& column) {
        return column.field == member.first || column.field.starts_with(member.first + ".");
      });
    });
    if (hidden == 0) return {};
    const std::string fields = hidden == 1 ? " more field" : " more fields";
    return "\n" + paint("(" + std::to_string(hidden) + fields + " with --human=false)", Tone::faint, style_.color) +
           "\n";
  }

  std::string details(const json::Object& members, int indent, int level) const {
    const std::map<std::string_view, const json::Value*> sorted = [&] {
      std::map<std::string_view, const json::Value*> out;
      for (const json::Member& member : members) out.emplace(member.first, &member.second);
      return out;
    }();
    int widest = 0;
    for (const auto& [key, value] : sorted) {
      if (!is_block(*value, level)) widest = std::max(widest, cell_width(humanise(key)));
    }
    std::string out;
    for (const auto& [key, value] : sorted) {
      out += is_block(*value, level) ? block(key, *value, indent, level) : line(key, *value, indent, widest);
    }
    return out;
  }

  static bool is_block(const json::Value& value, int level) {
    return level < kDeepest && ((value.is_object() && !is_empty(value)) || is_object_list(value));
  }

  std::string block(std::string_view key, const json::Value& value, int indent, int level) const {
    std::string out(static_cast<std::size_t>(indent), ' ');
    out += paint(humanise(key) + ":", Tone::strong, style_.color) + "\n";
    if (value.is_object()) return out + details(value.as_object(), indent + kIndent, level + 1);
    return out + rows(value.as_array(), {}, indent + kIndent, level + 1);
  }

  std::string line(std::string_view key, const json::Value& value, int indent, int widest) const {
    const std::string label = humanise(key) + ":";
    const int hang = widest + 1 + kIndent;
    const int pad = hang - cell_width(label);
    std::string out = std::string(static_cast<std::size_t>(indent), ' ') + paint(label, Tone::strong, style_.color);
    out.append(static_cast<std::size_t>(pad), ' ');
    const Tone tone = cell_of(key, value).tone;
    bool first = true;
    for (const std::string& part : lines_of(key, value)) {
      if (!first) out.append(static_cast<std::size_t>(indent) + static_cast<std::size_t>(hang), ' ');
      out += paint(part, tone, style_.color) + "\n";
      first = false;
    }
    return out;
  }

  const HumanStyle& style_;
};

}  // namespace

std::string human(const json::Value& document, const std::vector<Column>& columns, const HumanStyle& style) {
  return Human(style).document(document, columns);
}

}  // namespace heygen::output
