// SPDX-License-Identifier: Apache-2.0
#include "core/base/known_secrets.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>
#include <vector>

#include "core/base/encode.hpp"
#include "core/base/text.hpp"

namespace heygen {

namespace {

constexpr std::string_view kMark = "***";
constexpr std::size_t kShortest = 6;

struct Known {
  std::mutex mutex;
  std::vector<std::string> spellings;  ///< longest first
  std::function<void()> source;
};

Known& known() {
  static Known secrets;
  return secrets;
}

/// What base64 of any text with `secret` in it contains, when `before` bytes precede it in its group of three: the
/// digits that no byte beside it changes.
std::string in_base64(std::string_view secret, std::size_t before) {
  constexpr std::size_t kByteBits = 8, kDigitBits = 6;
  const std::string digits = base64url_encode(std::string(before, '\0') + std::string(secret));
  const std::size_t first = (before * kByteBits + kDigitBits - 1) / kDigitBits;
  const std::size_t end = (before + secret.size()) * kByteBits / kDigitBits;
  return digits.substr(first, end - first);
}

/// The secret as it is and in base64, which match_size() compares.
std::vector<std::string> spellings_of(std::string_view value) {
  const std::string_view text = trim(value);
  const std::string_view secret = text.substr(text.rfind(' ') + 1);
  if (secret.size() < kShortest) return {};
  std::vector<std::string> out{std::string(secret)};
  for (const std::size_t before : {0U, 1U, 2U}) out.push_back(in_base64(secret, before));
  return out;
}

/// '+' and '/' of base64 are '-' and '_' in URLs (RFC 4648 §5).
char folded(char c) {
  if (c == '+') return '-';
  if (c == '/') return '_';
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// How many bytes at the start of `text` spell the secret, each as it is or percent-encoded; 0 when they do not.
std::size_t match_size(std::string_view text, std::string_view secret) {
  std::size_t at = 0;
  for (const char wanted : secret) {
    if (at >= text.size()) return 0;
    const int high = text[at] == '%' && at + 2 < text.size() ? hex_digit(text[at + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[at + 2]) : -1;
    if (folded(text[at]) == folded(wanted)) {
      ++at;
    } else if (low >= 0 && folded(static_cast<char>(high * 16 + low)) == folded(wanted)) {
      at += 3;
    } else {
      return 0;
    }
  }
  return at;
}

std::string hide_spelling(const std::string& text, std::string_view secret) {
  std::string out;
  std::size_t shown = 0;
  for (std::size_t at = 0; at + secret.size() <= text.size();) {
    const std::size_t size = match_size(std::string_view(text).substr(at), secret);
    if (size == 0) {
      ++at;
      continue;
    }
    out.append(text, shown, at - shown).append(kMark);
    at += size;
    shown = at;
  }
  return shown == 0 ? text : out.append(text, shown);
}

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

std::size_t count_word(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::find_if_not(text, is_word_character) - text.begin());
}

/// RFC 7519: three parts in base64url, of which the first is a JSON object.
std::size_t jwt_size(std::string_view text) {
  constexpr std::string_view kObject = "eyJ";
  constexpr std::size_t kShortestPart = 8;
  if (!text.starts_with(kObject)) return 0;
  std::size_t size = 0;
  for (int dots = 2;; --dots) {
    const std::size_t part = count_word(text.substr(size));
    size += part;
    if (dots == 0) return size;
    if (part < kShortestPart || size >= text.size() || text[size] != '.') return 0;
    ++size;
  }
}

/// `sk_…`, which API keys of HeyGen begin with.
std::size_t api_key_size(std::string_view text) {
  constexpr std::array<std::string_view, 2> kStarts{"sk_", "sk-"};
  constexpr std::size_t kShortestKey = 16;
  const std::size_t size = count_word(text);
  const bool named = std::ranges::any_of(kStarts, [&](std::string_view start) { return text.starts_with(start); });
  return named && size >= kShortestKey ? size : 0;
}

/// Older API keys: base64 of 32 hexadecimal digits, '-' and a time in seconds.
std::size_t old_api_key_size(std::string_view text) {
  constexpr std::size_t kShortestKey = 57, kLongestKey = 60;
  std::size_t size = count_word(text);
  if (size < kShortestKey || size > kLongestKey) return 0;
  const std::optional<std::string> plain = base64_decode(text.substr(0, size));
  if (!plain) return 0;
  constexpr std::size_t kHexDigits = 32;
  const bool hexadecimal = std::ranges::all_of(plain->substr(0, kHexDigits), [](char c) { return hex_digit(c) >= 0; });
  if (!hexadecimal || plain->size() <= kHexDigits || (*plain)[kHexDigits] != '-') return 0;
  while (size < text.size() && text[size] == '=') ++size;
  return size;
}

std::string hide_lookalikes(const std::string& text) {
  std::string out;
  std::size_t shown = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = std::string_view(text).substr(at);
    const std::size_t word = count_word(rest);
    if (word == 0) {
      ++at;
      continue;
    }
    const std::size_t size = std::max({jwt_size(rest), api_key_size(rest), old_api_key_size(rest)});
    if (size > 0) {
      out.append(text, shown, at - shown).append(kMark);
      shown = at + size;
    }
    at += std::max(size, word);
  }
  return shown == 0 ? text : out.append(text, shown);
}

void add(std::vector<std::string>& spellings, std::string_view value) {
  for (std::string& spelling : spellings_of(value)) {
    if (std::ranges::find(spellings, spelling) == spellings.end()) spellings.push_back(std::move(spelling));
  }
  std::ranges::stable_sort(spellings, std::ranges::greater{}, &std::string::size);
}

std::string hide_all(std::string text, const std::vector<std::string>& spellings) {
  for (const std::string& spelling : spellings) text = hide_spelling(text, spelling);
  return text;
}

}  // namespace

void remember_secret(std::string_view value) {
  const std::lock_guard lock(known().mutex);
  add(known().spellings, value);
}

void set_secret_source(std::function<void()> source) {
  const std::lock_guard lock(known().mutex);
  known().source = std::move(source);
}

std::string hide_secrets(std::string_view text) {
  std::function<void()> source;
  {
    const std::lock_guard lock(known().mutex);
    source.swap(known().source);
  }
  if (source) source();
  const std::lock_guard lock(known().mutex);
  return hide_lookalikes(hide_all(std::string(text), known().spellings));
}

std::string hide_values(std::string text, std::span<const std::string_view> values) {
  std::vector<std::string> spellings;
  for (const std::string_view value : values) add(spellings, value);
  return hide_all(std::move(text), spellings);
}

}  // namespace heygen
