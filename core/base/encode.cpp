// SPDX-License-Identifier: Apache-2.0
#include "core/base/encode.hpp"

#include <algorithm>
#include <cstdint>

#include "core/base/text.hpp"

namespace heygen {

namespace {

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string base64(std::string_view bytes, std::string_view digits) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t bits = 0;
  unsigned pending = 0;
  for (const char byte : bytes) {
    bits = (bits << 8U) | static_cast<unsigned char>(byte);
    for (pending += 8; pending >= 6; pending -= 6) out += digits[(bits >> (pending - 6)) & 63U];
  }
  if (pending > 0) out += digits[(bits << (6 - pending)) & 63U];
  return out;
}

bool is_unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

/// An escape that is not valid stays as it is.
std::string decode_valid(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = text[at] == '%' ? percent_decode(text.substr(at, 3)) : std::nullopt;
    out += byte ? *byte : std::string(1, text[at]);
    if (byte) at += 2;
  }
  return out;
}

}  // namespace

std::string hex_encode(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
  return out;
}

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string base64_encode(std::string_view bytes) {
  std::string out = base64(bytes, kBase64);
  while (out.size() % 4 != 0) out += '=';
  return out;
}

std::string base64url_encode(std::string_view bytes) {
  return base64(bytes, kBase64Url);
}

std::optional<std::string> base64url_decode(std::string_view text) {
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  if (padding != 0 && text.size() % 4 != 0) return std::nullopt;
  text.remove_suffix(padding);
  if (text.find_first_not_of(kBase64Url) != std::string_view::npos || text.size() % 4 == 1) return std::nullopt;
  auto bytes = base64_decode(text);
  if (bytes && base64url_encode(*bytes) != text) return std::nullopt;  // bits that no encoder sets
  return bytes;
}

std::optional<std::string> base64_decode(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  unsigned pending = 0;
  for (const char c : text) {
    const std::size_t digit = std::min(kBase64.find(c), kBase64Url.find(c));
    if (digit == std::string_view::npos) return std::nullopt;
    bits = (bits << 6U) | static_cast<std::uint32_t>(digit);
    pending += 6;
    if (pending < 8) continue;
    pending -= 8;
    out += static_cast<char>((bits >> pending) & 0xFFU);
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
  return out;
}

std::optional<std::string> percent_decode(std::string_view text, Plus plus) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
      if (low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i] == '+' && plus == Plus::space ? ' ' : text[i];
    }
  }
  return out;
}

bool has_dot_segment(std::string_view path) {
  constexpr int kMostLayers = 5;  // no honest path is encoded so often
  std::string text(path);
  for (int layer = 0; layer < kMostLayers; ++layer) {
    std::ranges::replace(text, '\\', '/');
    for (const std::string& segment : split(text, '/')) {
      const std::string name = segment.substr(0, segment.find(';'));
      if (name == "." || name == "..") return true;
    }
    std::string decoded = decode_valid(text);
    if (decoded == text) return false;
    text = std::move(decoded);
  }
  return true;
}

}  // namespace heygen
