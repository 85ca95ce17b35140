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

bool is_mark(char c) {
  return c == '"' || c == '\\';
}

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && !is_mark(c);
}

constexpr std::uint64_t repeated(unsigned char byte) {
  return 0x0101010101010101U * byte;
}

/// Not zero when one of the eight bytes is below `limit` (at most 0x80) or has its high bit set.
constexpr std::uint64_t any_below(std::uint64_t bytes, unsigned char limit) {
  return ((bytes - repeated(limit)) | bytes) & repeated(0x80);
}

/// Not zero when one of the eight bytes is zero.
constexpr std::uint64_t any_zero(std::uint64_t bytes) {
  return (bytes - repeated(1)) & ~bytes & repeated(0x80);
}

bool has_mark(std::uint64_t bytes) {
  return (any_zero(bytes ^ repeated('"')) | any_zero(bytes ^ repeated('\\'))) != 0;
}

std::size_t finish_copy(std::string_view text, char* out, std::size_t at) {
  for (; at < text.size() && is_plain(text[at]); ++at) out[at] = text[at];
  return at;
}

std::size_t finish_length(std::string_view text, std::size_t at) {
  while (at < text.size() && !is_mark(text[at])) ++at;
  return at;
}

}  // namespace

std::size_t portable_copy_plain(std::string_view text, char* out) noexcept {
  std::size_t at = 0;
  for (std::uint64_t bytes = 0; text.size() - at >= sizeof bytes; at += sizeof bytes) {
    std::memcpy(&bytes, text.data() + at, sizeof bytes);
    if (any_below(bytes, 0x20) != 0 || has_mark(bytes)) break;
    std::memcpy(out + at, &bytes, sizeof bytes);
  }
  return finish_copy(text, out, at);
}

std::size_t portable_length_to_mark(std::string_view text) noexcept {
  std::size_t at = 0;
  for (std::uint64_t bytes = 0; text.size() - at >= sizeof bytes; at += sizeof bytes) {
    std::memcpy(&bytes, text.data() + at, sizeof bytes);
    if (has_mark(bytes)) break;
  }
  return finish_length(text, at);
}

#if defined(__SSE2__)
namespace {

/// A bit for each of the sixteen bytes that is a mark.
__m128i marks(__m128i bytes) {
  return _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
}

__m128i load(const char* from) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
}

unsigned bits(__m128i bytes) {
  return static_cast<unsigned>(_mm_movemask_epi8(bytes));
}

}  // namespace

std::size_t copy_plain(std::string_view text, char* out) noexcept {
  std::size_t at = 0;
  for (; text.size() - at >= sizeof(__m128i); at += sizeof(__m128i)) {
    const __m128i bytes = load(text.data() + at);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + at), bytes);
    // As signed numbers, bytes from 0x80 on are below the control characters.
    const unsigned stops = bits(_mm_or_si128(marks(bytes), _mm_cmpgt_epi8(_mm_set1_epi8(0x20), bytes)));
    if (stops != 0) return at + static_cast<std::size_t>(std::countr_zero(stops));
  }
  return finish_copy(text, out, at);
}

std::size_t length_to_mark(std::string_view text) noexcept {
  std::size_t at = 0;
  for (; text.size() - at >= sizeof(__m128i); at += sizeof(__m128i)) {
    const unsigned stops = bits(marks(load(text.data() + at)));
    if (stops != 0) return at + static_cast<std::size_t>(std::countr_zero(stops));
  }
  return finish_length(text, at);
}
#else
std::size_t copy_plain(std::string_view text, char* out) noexcept {
  return portable_copy_plain(text, out);
}

std::size_t length_to_mark(std::string_view text) noexcept {
  return portable_length_to_mark(text);
}
#endif

}  // namespace heygen::json
