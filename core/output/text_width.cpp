// SPDX-License-Identifier: Apache-2.0
#include "core/output/text_width.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <utility>

namespace heygen::output {

namespace {

constexpr std::string_view kEllipsis = "\xE2\x80\xA6";
constexpr utf8proc_int32_t kEmojiStyle = 0xFE0F;

/// One user-perceived character: a grapheme cluster (UAX #29).
struct Cluster {
  std::size_t size = 0;
  int width = 0;
};

Cluster next_cluster(std::string_view text) {
  Cluster cluster;
  utf8proc_int32_t previous = -1, state = 0;
  while (cluster.size < text.size()) {
    const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + cluster.size;
    utf8proc_int32_t point = 0;
    const auto used = utf8proc_iterate(at, static_cast<utf8proc_ssize_t>(text.size() - cluster.size), &point);
    if (used < 1) return cluster.size == 0 ? Cluster{1, 1} : cluster;
    if (previous >= 0 && utf8proc_grapheme_break_stateful(previous, point, &state)) return cluster;
    // No cluster takes more than two columns, however many emoji it joins.
    cluster.width = std::min(2, point == kEmojiStyle ? 2 : cluster.width + utf8proc_charwidth(point));
    cluster.size += static_cast<std::size_t>(used);
    previous = point;
  }
  return cluster;
}

/// Only printable ASCII: a column for each byte.
bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

/// Where to cut a full line: after a mark in its second half if there is one, so that JSON stays legible.
std::size_t cut_of(const std::string& line) {
  const std::size_t mark = line.find_last_of(",{[");
  return mark != std::string::npos && mark >= line.size() / 2 ? mark + 1 : line.size();
}

/// Cuts a word that is wider than a line into pieces that fit; the last one is left in `line`, which may begin filled.
void break_word(std::string_view word, int width, std::vector<std::string>& lines, std::string& line) {
  int used = cell_width(line);
  while (!word.empty()) {
    const Cluster cluster = next_cluster(word);
    if (used > 0 && used + cluster.width > width) {
      const std::size_t cut = cut_of(line);
      std::string rest = line.substr(cut);
      line.resize(cut);
      lines.push_back(std::exchange(line, std::move(rest)));
      used = cell_width(line);
    }
    line += word.substr(0, cluster.size);
    used += cluster.width;
    word.remove_prefix(cluster.size);
  }
}

}  // namespace

bool is_url(std::string_view text) {
  return text.starts_with("http://") || text.starts_with("https://");
}

int cell_width(std::string_view text) {
  if (is_ascii(text)) return static_cast<int>(text.size());
  int width = 0;
  while (!text.empty()) {
    const Cluster cluster = next_cluster(text);
    width += cluster.width;
    text.remove_prefix(cluster.size);
  }
  return width;
}

std::vector<std::string> wrap(std::string_view text, int width, bool whole_words) {
  if (width <= 0 || cell_width(text) <= width) return {std::string(text)};
  std::vector<std::string> lines;
  std::string line;
  int used = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const int wide = cell_width(word);
    const bool breaks = wide > width && !whole_words && !is_url(word);
    if (used > 0 && used + 1 + (breaks ? 2 : wide) > width) {
      lines.push_back(std::exchange(line, {}));
      used = 0;
    }
    if (used > 0) line += ' ';
    if (breaks) {
      break_word(word, width, lines, line);
    } else {
      line += word;
    }
    used = cell_width(line);
  }
  if (!line.empty() || lines.empty()) lines.push_back(std::move(line));
  return lines;
}

std::string fit(std::string_view text, int width) {
  if (width < 1) return {};
  if (is_ascii(text)) {
    const auto columns = static_cast<std::size_t>(width);
    return text.size() <= columns ? std::string(text) : std::string(text.substr(0, columns - 1)).append(kEllipsis);
  }
  std::size_t end = 0, cut = 0;
  int used = 0;
  while (end < text.size()) {
    const Cluster cluster = next_cluster(text.substr(end));
    used += cluster.width;
    if (used > width) return std::string(text.substr(0, cut)).append(kEllipsis);
    end += cluster.size;
    if (used < width) cut = end;
  }
  return std::string(text);
}

}  // namespace heygen::output
