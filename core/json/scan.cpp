// SPDX-License-Identifier: Apache-2.0
#include "core/json/scan.hpp"

#include <bit>
#include <cstdint>
#include <cstring>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace heygen::json {
namespace {

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

constexpr std::uint64_t repeated(unsigned char byte) {
  return 0x0101010101010101U * byte;
}

/// Not zero when one of the eight bytes is below `limit` (at most 0x80) or has its high bit set.
constexpr std::uint64_t any_below(std::uint64_t bytes, unsigned char limit) {
  return ((bytes - repeated(limit)) | bytes) & repeated(0x80);
}

bool are_plain(std::uint64_t bytes) {
  return (any_below(bytes, 0x20) | any_below(bytes ^ repeated('"'), 1) | any_below(bytes ^ repeated('\\'), 1)) == 0;
}

std::size_t finish(std::string_view text, std::size_t at) {
  while (at < text.size() && is_plain(text[at])) ++at;
  return at;
}

}  // namespace

std::size_t portable_plain_length(std::string_view text) noexcept {
  std::size_t at = 0;
  for (std::uint64_t bytes = 0; text.size() - at >= sizeof bytes; at += sizeof bytes) {
    std::memcpy(&bytes, text.data() + at, sizeof bytes);
    if (!are_plain(bytes)) break;
  }
  return finish(text, at);
}

#if defined(__SSE2__)
std::size_t plain_length(std::string_view text) noexcept {
  const __m128i first_plain = _mm_set1_epi8(0x20), quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
  std::size_t at = 0;
  for (; text.size() - at >= sizeof quote; at += sizeof quote) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    // As signed numbers, bytes from 0x80 on are below the control characters.
    const __m128i marked = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)),
                                        _mm_cmpgt_epi8(first_plain, bytes));
    const auto stops = static_cast<unsigned>(_mm_movemask_epi8(marked));
    if (stops != 0) return at + static_cast<std::size_t>(std::countr_zero(stops));
  }
  return finish(text, at);
}
#else
std::size_t plain_length(std::string_view text) noexcept {
  return portable_plain_length(text);
}
#endif

}  // namespace heygen::json
