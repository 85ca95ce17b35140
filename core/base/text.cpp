// SPDX-License-Identifier: Apache-2.0
#include "core/base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>

namespace heygen {

namespace {

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Length of the valid UTF-8 sequence at `text`, and its code point; 0 when there is none (RFC 3629 §4).
std::size_t decode(std::string_view text, char32_t& out) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return out = first, 1;
  const std::size_t length = first >= 0xF0 && first <= 0xF4 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
  if (length == 0 || first > 0xF4 || text.size() < length) return 0;
  char32_t point = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
    point = (point << 6U) | (byte(i) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  if (point < kLeast.at(length) || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return 0;
  out = point;
  return length;
}

/// Code points that move the cursor, reorder text or hide it.
bool is_unsafe(char32_t point) {
  return point < 0x20 || (point >= 0x7F && point <= 0x9F) || point == 0x00AD || point == 0x061C || point == 0x180E ||
         point == 0x200B || (point >= 0x200E && point <= 0x200F) || (point >= 0x2028 && point <= 0x202E) ||
         (point >= 0x2060 && point <= 0x206F) || point == 0xFEFF || (point >= 0xFFF9 && point <= 0xFFFB) ||
         (point >= 0xE0000 && point <= 0xE007F);
}

std::size_t distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 0; i < left.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < right.size(); ++j) {
      const std::size_t swap = diagonal + (lower(left[i]) == lower(right[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({swap, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view without_byte_order_mark(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  while (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

std::string_view written_text(std::string_view text) {
  return trim(without_byte_order_mark(trim(text)));
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

bool iequals(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, [](char a, char b) { return lower(a) == lower(b); });
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string out;
  for (const std::string& part : parts) {
    if (&part != &parts.front()) out += separator;
    out += part;
  }
  return out;
}

std::string printable(std::string_view text, bool keep_lines) {
  std::string out;
  while (!text.empty()) {
    const auto plain =
        static_cast<std::size_t>(std::ranges::find_if(text, [](char c) { return c < ' ' || c > '~'; }) - text.begin());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    char32_t point = 0;
    const std::size_t length = decode(text, point);
    if (length == 0) {
      out += "\xEF\xBF\xBD";  // U+FFFD for one bad byte
      text.remove_prefix(1);
      continue;
    }
    if (keep_lines && (point == '\n' || point == '\t')) {
      out += static_cast<char>(point);
    } else if (point == '\n' || point == '\t' || point == '\r') {
      out += ' ';
    } else if (is_unsafe(point)) {
      std::array<char, 16> mark{};
      const int size = std::snprintf(mark.data(), mark.size(), "<U+%04X>", static_cast<unsigned>(point));
      out.append(mark.data(), static_cast<std::size_t>(size));
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return out;
}

std::string shown_word(std::string_view word) {
  constexpr std::size_t kShown = 3, kLongestWord = 12, kLongestNumber = 6;
  constexpr std::string_view kDigits = "0123456789";
  const bool number = word.size() <= kLongestNumber && word.find_first_not_of("0123456789+-.") == word.npos;
  std::size_t cut = 0, length = 0;
  for (std::size_t at = 0; at < word.size(); ++length) {
    char32_t point = 0;
    at += std::max<std::size_t>(1, decode(word.substr(at), point));
    if (length < kShown) cut = at;
  }
  const bool plain = length <= kLongestWord && word.find_first_of(kDigits) == word.npos;
  return plain || number || length <= kShown ? printable(word) : printable(word.substr(0, cut)) + "…";
}

std::string shown_path(std::string_view path) {
  constexpr std::size_t kLongestExtension = 5;
  const std::size_t dot = path.rfind('.');
  const bool extension = dot != path.npos && path.size() - dot - 1 <= kLongestExtension;
  const bool rooted = std::ranges::any_of(std::array<std::string_view, 4>{"/", "./", "../", "~/"},
                                          [&](std::string_view start) { return path.starts_with(start); });
  if (extension || rooted) return printable(path);
  // A key in base64 may have slashes too.
  std::vector<std::string> names = split(path, '/');
  for (std::string& name : names) name = shown_word(name);
  return join(names, "/");
}

std::string shell_word(std::string_view text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_./:=@%+,-").find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::ranges::all_of(text, plain)) return std::string(text);
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? "'\\''" : std::string(1, c);
  return word + "'";
}

std::string printable_message(std::string_view text) {
  return join(split(printable(text, true), '\n'), "\n  ");
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = std::numeric_limits<std::size_t>::max();
  for (const std::string& candidate : candidates) {
    const std::size_t far = distance(word, candidate);
    if (far < best_distance) best = candidate, best_distance = far;
  }
  const std::size_t allowed = std::max<std::size_t>(2, word.size() / 3);
  return best_distance <= allowed && best_distance < word.size() ? best : std::string{};
}

}  // namespace heygen
