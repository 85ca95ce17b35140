// SPDX-License-Identifier: Apache-2.0
#include "core/config/broken_lines.hpp"

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

/// The header of the table that the line at `begin` belongs to, "" for the root.
std::string header_before(const std::string& text, std::size_t begin) {
  std::string header;
  for (const std::string& line : split(std::string_view(text).substr(0, begin), '\n')) {
    if (trim(without_byte_order_mark(line)).starts_with('[')) header = line;
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

}  // namespace

MarkedText mark_broken_lines(const std::string& text) {
  MarkedText out{from_utf16(text).value_or(text), {}};
  const std::string mark = unused_mark(text);
  for (;;) {
    try {
      static_cast<void>(TomlDocument(out.text));
      return out;
    } catch (const TomlError& error) {
      const std::optional<Place> place = find_line(out.text, error.line);
      const KeyPath key = place ? key_of(out.text, *place) : KeyPath{};
      if (key.empty() || out.broken.size() == kMostBrokenLines) throw;
      BrokenLine broken{error.line, key, error.what(), out.text.substr(place->begin, place->end - place->begin), {}};
      broken.mark = mark + "-" + std::to_string(error.line) + ".";
      out.text.replace(place->begin, place->end - place->begin, broken.mark);
      out.broken.push_back(std::move(broken));
    }
  }
}

std::string restore_broken_lines(std::string edited, const MarkedText& marked, const KeyPath& fixed) {
  for (const BrokenLine& line : marked.broken) {
    const std::size_t at = edited.find(line.mark);
    if (at == std::string::npos) continue;
    if (line.key != fixed) {
      edited.replace(at, line.mark.size(), line.text);
    } else {
      const std::size_t end = edited.find('\n', at);
      edited.erase(at, end == std::string::npos ? std::string::npos : end + 1 - at);
    }
  }
  return edited;
}

}  // namespace heygen::config
