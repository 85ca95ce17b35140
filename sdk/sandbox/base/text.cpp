// SPDX-License-Identifier: Apache-2.0
#include "sdk/sandbox/base/text.hpp"

#include <Poco/Ascii.h>
#include <Poco/Error.h>
#include <Poco/StringTokenizer.h>
#include <Poco/TextIterator.h>
#include <Poco/UTF8Encoding.h>
#include <Poco/UTF8String.h>
#include <Poco/Unicode.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <sstream>

namespace heygen::sandbox {
namespace {

bool is_unsafe(int point) {
  if (point < 0) return true;  // not UTF-8
  Poco::Unicode::CharacterProperties properties;
  Poco::Unicode::properties(point, properties);
  constexpr std::array kUnsafe{Poco::Unicode::UCP_CONTROL, Poco::Unicode::UCP_FORMAT, Poco::Unicode::UCP_SURROGATE,
                               Poco::Unicode::UCP_LINE_SEPARATOR, Poco::Unicode::UCP_PARAGRAPH_SEPARATOR};
  return std::find(kUnsafe.begin(), kUnsafe.end(), properties.type) != kUnsafe.end();
}

std::size_t distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < left.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < right.size(); ++j) {
      const std::size_t replaced = diagonal + (left[i] == right[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

std::vector<std::string> split(std::string_view text, char separator) {
  const Poco::StringTokenizer parts(std::string(text), std::string(1, separator));
  return {parts.begin(), parts.end()};
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::string printable(std::string_view text) {
  const Poco::UTF8Encoding encoding;
  const std::string source(text);
  std::string out;
  const Poco::TextIterator end(source);
  for (Poco::TextIterator at(source, encoding); at != end; ++at) {
    const int point = *at;
    std::array<unsigned char, 4> bytes{};
    const bool is_space = point >= 0 && point < 0x80 && Poco::Ascii::isSpace(point);
    const int size = encoding.convert(is_space ? ' ' : is_unsafe(point) ? 0xFFFD : point, bytes.data(), 4);
    out.append(bytes.begin(), bytes.begin() + size);
  }
  return out;
}

std::string shown_word(std::string_view word) {
  constexpr std::size_t kShown = 3, kLongestWord = 12, kLongestNumber = 6;
  const bool number = word.size() <= kLongestNumber && word.find_first_not_of("0123456789+-.:") == word.npos;
  const bool plain = word.size() <= kLongestWord && word.find_first_of("0123456789") == word.npos;
  return plain || number || word.size() <= kShown ? printable(word) : printable(word.substr(0, kShown)) + "…";
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  const auto far = [&](const std::string& candidate) { return distance(word, candidate); };
  const auto best = std::min_element(candidates.begin(), candidates.end(),
                                     [&](const auto& a, const auto& b) { return far(a) < far(b); });
  const std::size_t allowed = std::max<std::size_t>(2, word.size() / 3);
  return best != candidates.end() && far(*best) <= allowed && far(*best) < word.size() ? *best : std::string{};
}

std::string describe_errno(int error) {
  std::string text = Poco::Error::getMessage(error);
  if (!text.empty()) text[0] = static_cast<char>(Poco::Ascii::toLower(text[0]));
  return text;
}

}  // namespace heygen::sandbox
