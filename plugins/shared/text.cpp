// SPDX-License-Identifier: Apache-2.0
#include "plugins/shared/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace heygen::plugins {
namespace {

constexpr std::string_view kWhite = " \t\r\n\v\f";

struct Decoded {
  std::uint32_t point = 0;
  std::size_t size = 0;  ///< 0: not UTF-8 here
};

Decoded decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < size) return {};
  std::uint32_t point = first & (0xFFu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    point = (point << 6) | (byte(i) & 0x3Fu);
  }
  constexpr std::array<std::uint32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  if (point < kSmallest[size] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return {};
  return {point, size};
}

bool is_hidden(std::uint32_t point) {
  constexpr std::array<std::pair<std::uint32_t, std::uint32_t>, 7> kHidden{{{0x00, 0x1F},
                                                                            {0x7F, 0x9F},
                                                                            {0x61C, 0x61C},
                                                                            {0x200B, 0x200F},
                                                                            {0x2028, 0x202E},
                                                                            {0x2060, 0x206F},
                                                                            {0xFEFF, 0xFEFF}}};
  return std::any_of(std::begin(kHidden), std::end(kHidden),
                     [&](const auto& range) { return point >= range.first && point <= range.second; });
}

}  // namespace

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(kWhite);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kWhite) - first + 1);
}

bool iequals(std::string_view left, std::string_view right) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [&](char a, char b) { return lower(a) == lower(b); });
}

std::string readable(std::string_view text, std::size_t limit) {
  std::string out;
  std::size_t points = 0;
  bool blank = false;
  while (!text.empty() && points < limit) {
    const Decoded next = decode(text);
    const std::string_view bytes = text.substr(0, next.size);
    text.remove_prefix(next.size == 0 ? 1 : next.size);
    if (next.size == 0 || is_hidden(next.point) || next.point == ' ') {
      blank = !out.empty();
      continue;
    }
    if (std::exchange(blank, false)) out += ' ', ++points;
    out += bytes;
    ++points;
  }
  if (!text.empty()) out += "…";
  return out;
}

std::string redact(std::string text, const std::vector<std::string_view>& secrets) {
  constexpr std::string_view kMark = "[redacted]";
  for (const std::string_view secret : secrets) {
    if (secret.empty()) continue;
    for (std::size_t at = 0; (at = text.find(secret, at)) != std::string::npos; at += kMark.size()) {
      text.replace(at, secret.size(), kMark);
    }
  }
  return text;
}

std::string token_problem(std::string_view text) {
  constexpr std::string_view kScheme = "bearer ";
  if (iequals(text.substr(0, kScheme.size()), kScheme)) return "begins with 'Bearer '";
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/=";
  if (has_control(text)) return "contains a line end or another control character";
  return text.find_first_not_of(kAllowed) == std::string_view::npos ? "" : "contains a character that no token has";
}

}  // namespace heygen::plugins
