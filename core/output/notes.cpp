// SPDX-License-Identifier: Apache-2.0
#include "core/output/notes.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>

#include "core/base/text.hpp"
#include "core/output/cell.hpp"
#include "core/output/text_width.hpp"

namespace heygen::output {
namespace {

/// So many hidden fields are named; of the others the number is enough.
constexpr std::size_t kMostNamed = 6;
constexpr std::size_t kLongestName = 40;

/// Hidden keys in order of appearance.
std::vector<std::string> hidden_of(const json::Array& rows, const std::vector<Column>& columns) {
  std::set<std::string_view> seen;
  std::vector<std::string> hidden;
  for (const json::Value& row : rows) {
    for (const json::Member& member : row.as_object()) {
      if (!seen.insert(member.first).second) continue;
      const bool shown = std::ranges::any_of(columns, [&](const Column& column) {
        return column.field == member.first || column.field.starts_with(member.first + ".");
      });
      if (!shown) hidden.push_back(member.first);
    }
  }
  return hidden;
}

/// As one word of a shell; nullopt for what cannot be shown as it is.
std::optional<std::string> shell_word(const std::string& text) {
  constexpr std::string_view kHarmless = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./=+:,@%";
  if (printable(text) != text || text.find('\'') != std::string::npos) return std::nullopt;
  return text.find_first_not_of(kHarmless) == std::string::npos ? text : "'" + text + "'";
}

}  // namespace

std::string note(const std::string& text, const HumanStyle& style, bool whole_words) {
  std::string out;
  for (const std::string& part : wrap(text, style.width, whole_words))
    out += paint(part, Tone::faint, style.color) + "\n";
  return out;
}

std::string hidden_note(const json::Array& rows, const std::vector<Column>& columns, const HumanStyle& style) {
  const std::vector<std::string> hidden = hidden_of(rows, columns);
  if (hidden.empty()) return {};
  std::vector<std::string> named;
  for (const std::string& name : hidden) {
    if (named.size() < kMostNamed && !name.empty() && name.size() <= kLongestName && printable(name) == name)
      named.push_back(name);
  }
  std::string text = "(" + std::to_string(hidden.size()) + (hidden.size() == 1 ? " more field" : " more fields");
  if (!named.empty()) text += ": " + join(named, ", ") + (named.size() < hidden.size() ? ", …" : "");
  return note(text + "; choose with --fields)", style);
}

std::string more_note(const json::Value& document, const HumanStyle& style) {
  if (!style.paging) return {};
  const Paging& paging = *style.paging;
  const json::Value* more = document.find_path(paging.more);
  const json::Value* next = document.find_path(paging.next);
  const bool continues = next != nullptr && next->is_string() && !next->as_string().empty();
  if (!(more != nullptr && more->is_bool() ? more->as_bool() : continues)) return {};
  std::string text = paging.all ? "More: raise --" + paging.limit : "More: add --all";
  const auto cursor = continues ? shell_word(next->as_string()) : std::nullopt;
  if (cursor) text += ", or --" + paging.cursor + " " + *cursor;
  return note(text, style, true);
}

}  // namespace heygen::output
