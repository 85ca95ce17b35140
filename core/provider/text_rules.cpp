// SPDX-License-Identifier: Apache-2.0
#include "core/provider/text_rules.hpp"

#include <Poco/UTF8Encoding.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace heygen::provider {

bool is_header_name(std::string_view name) {
  constexpr std::size_t kLongest = 128;
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !name.empty() && name.size() <= kLongest && std::ranges::all_of(name, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

bool is_header_value(std::string_view value) {
  return std::ranges::none_of(value,
                              [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; });
}

bool is_framing_header(std::string_view lower_name) {
  constexpr std::array<std::string_view, 11> kNames{
      "host", "content-length",      "connection", "keep-alive", "proxy-connection", "proxy-authenticate",
      "te",   "proxy-authorization", "trailer",    "upgrade",    "transfer-encoding"};
  return std::ranges::find(kNames, lower_name) != kNames.end();
}

bool is_entry_name(std::string_view name) {
  constexpr std::size_t kLongest = 64;
  const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= kLongest && is_plain(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return is_plain(c) || c == '.' || c == '_' || c == '-'; });
}

bool is_utf8(std::string_view text) {
  const Poco::UTF8Encoding encoding;
  const auto* at = reinterpret_cast<const unsigned char*>(text.data());
  const auto* end = at + text.size();
  while (at != end) {
    const int left = static_cast<int>(std::min<std::ptrdiff_t>(end - at, 4));
    const int length = encoding.sequenceLength(at, left);
    if (length < 1 || length > left || !Poco::UTF8Encoding::isLegal(at, length)) return false;
    at += length;
  }
  return true;
}

}  // namespace heygen::provider
