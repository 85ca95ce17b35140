// SPDX-License-Identifier: Apache-2.0
#include "core/base/utf16.hpp"

#include <cstddef>

namespace heygen {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr char32_t kFirstHigh = 0xD800, kFirstLow = 0xDC00, kAfterLow = 0xE000, kAboveBasic = 0x10000;
constexpr unsigned kSurrogateBits = 10, kContinuationBits = 6;

void append(std::string& out, char32_t point) {
  const auto byte = [&](char32_t bits) { out += static_cast<char>(static_cast<unsigned char>(bits)); };
  const auto continuation = [&](unsigned shift) { byte(0x80U | ((point >> shift) & 0x3FU)); };
  if (point < 0x80) return byte(point);
  if (point < 0x800) {
    byte(0xC0U | (point >> kContinuationBits));
  } else {
    if (point < kAboveBasic) {
      byte(0xE0U | (point >> (2 * kContinuationBits)));
    } else {
      byte(0xF0U | (point >> (3 * kContinuationBits)));
      continuation(2 * kContinuationBits);
    }
    continuation(kContinuationBits);
  }
  continuation(0);
}

}  // namespace

std::optional<std::string> from_utf16(std::string_view bytes) {
  const bool little = bytes.starts_with("\xFF\xFE");
  if (!little && !bytes.starts_with("\xFE\xFF")) return {};
  const auto unit = [&](std::size_t at) -> char32_t {
    const auto first = static_cast<unsigned char>(bytes[at]), second = static_cast<unsigned char>(bytes[at + 1]);
    return little ? first | (char32_t{second} << 8U) : second | (char32_t{first} << 8U);
  };
  std::string out;
  for (std::size_t at = 2; at + 1 < bytes.size(); at += 2) {
    char32_t point = unit(at);
    const bool high = point >= kFirstHigh && point < kFirstLow;
    const char32_t low = high && at + 3 < bytes.size() ? unit(at + 2) : 0;
    if (low >= kFirstLow && low < kAfterLow) {
      point = kAboveBasic + ((point - kFirstHigh) << kSurrogateBits) + (low - kFirstLow);
      at += 2;
    } else if (point >= kFirstHigh && point < kAfterLow) {
      point = kReplacement;
    }
    append(out, point);
  }
  return out;
}

}  // namespace heygen
