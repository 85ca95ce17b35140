// SPDX-License-Identifier: Apache-2.0
#include "core/config/broken_lines.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "core/base/text.hpp"
#include "core/base/utf16.hpp"

namespace heygen::config {
namespace {

constexpr std::size_t kMostBrokenLines = 100;

struct Place {
  std::size_t begin, end;  ///< without the line end
};

std::optional<Place> find_line(const std::string& text, unsigned line) {
  std::size_t begin = 0;
  for (; line > 1; --line) {
    const std::size_t end = text.find('\n', begin);
    if (end == std::string::npos) return {};
    begin = end + 1;
  }
  std::size_t end = std::min(text.find('\n', begin), text.size());
  if (end > begin && text[end - 1] == '\r') --end;
  return Place{begin, end};
}

bool is_header(std::string_view line) {
  return trim(without_byte_order_mark(line)).starts_with('[');
}

/// The header of the table that the line at `begin` belongs to, "" for the root.
std::string header_before(const std::string& text, std::size_t begin) {
  std::string header;
  for (const std::string& line : split(std::string_view(text).substr(0, begin), '\n')) {
    if (is_header(line)) header = line;
  }
  return header;
}

/// The key that a line `KEY = …` sets; empty when it has another form.
KeyPath key_of(const std::string& text, const Place& place) {
  const std::string_view line = std::string_view(text).substr(place.begin, place.end - place.begin);
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return {};
  try {
    const std::string name(without_byte_order_mark(line.substr(0, equals)));
    const TomlDocument probe(header_before(text, place.begin) + "\n" + name + "= 0\n");
    const std::vector<TomlValue> values = probe.values();
    return values.size() == 1 && values.front().kind == TomlValue::Kind::scalar ? values.front().path : KeyPath{};
  } catch (const TomlError&) {
    return {};
  }
}

std::string unused_mark(const std::string& text) {
  std::string mark = "#broken-line";
  while (text.find(mark) != std::string::npos) mark += '-';
  return mark;
}

std::string_view line_at(const std::string& text, const Place& place) {
  return std::string_view(text).substr(place.begin, place.end - place.begin);
}

/// A line that says something: neither blank nor a comment, as those are that were marked.
bool says_something(std::string_view line) {
  const std::string_view content = trim(without_byte_order_mark(line));
  return !content.empty() && !content.starts_with('#');
}

bool mark_one(MarkedText& out, const std::string& mark, unsigned line, const TomlError& error, KeyPath key) {
  if (out.broken.size() == kMostBrokenLines) return false;
  const Place place = *find_line(out.text, line);
  BrokenLine broken{line, std::move(key), error.what(), std::string(line_at(out.text, place)), {}};
  broken.mark = mark + "-" + std::to_string(line) + ".";
  out.text.replace(place.begin, place.end - place.begin, broken.mark);
  out.broken.push_back(std::move(broken));
  return true;
}

/// Marks the line of the error, or the last one before it that says something: a text or an array that is never closed
/// is found broken at the end of the file. False when there is none, or there are too many.
bool mark_line(MarkedText& out, const std::string& mark, const TomlError& error) {
  unsigned line = error.line;
  std::optional<Place> place = find_line(out.text, line);
  while (line > 0 && (!place || !says_something(line_at(out.text, *place))))
    if (--line > 0) place = find_line(out.text, line);
  if (line == 0) return false;
  const bool header = is_header(line_at(out.text, *place));
  // What is never closed would take in all that is added behind it, so no key keeps it.
  KeyPath key = header || line != error.line ? KeyPath{} : key_of(out.text, *place);
  if (!mark_one(out, mark, line, error, std::move(key))) return false;
  while (header && (place = find_line(out.text, ++line))) {
    const std::string_view next = line_at(out.text, *place);
    if (is_header(next)) break;
    if (says_something(next) && !mark_one(out, mark, line, error, {})) return false;
  }
  return true;
}

}  // namespace

bool MarkedText::has_keyless() const {
  return std::ranges::any_of(broken, [](const BrokenLine& line) { return line.key.empty(); });
}

MarkedText mark_broken_lines(const std::string& text) {
  MarkedText out{from_utf16(text).value_or(text)};
  const std::string mark = unused_mark(out.text);
  std::optional<BrokenLine> first;
  for (;;) {
    try {
      static_cast<void>(TomlDocument(out.text));
      return out;
    } catch (const TomlError& error) {
      if (!first) first = BrokenLine{error.line, {}, error.what(), {}, {}};
      if (mark_line(out, mark, error)) continue;
      return MarkedText{{}, {*first}, true};
    }
  }
}

std::string restore_broken_lines(std::string edited, const MarkedText& marked, const KeyPath& fixed) {
  for (const BrokenLine& line : marked.broken) {
    const std::size_t at = line.mark.empty() ? std::string::npos : edited.find(line.mark);
    if (at == std::string::npos) continue;
    if (line.key.empty()) {
      edited.replace(at, line.mark.size(), "# " + printable(line.text));
    } else if (line.key != fixed) {
      edited.replace(at, line.mark.size(), line.text);
    } else {
      const std::size_t end = edited.find('\n', at);
      edited.erase(at, end == std::string::npos ? std::string::npos : end + 1 - at);
    }
  }
  return edited;
}

}  // namespace heygen::config
