// SPDX-License-Identifier: Apache-2.0
// Builds a tree from text that the Compactor has already accepted, so that there is one grammar.
#include "core/json/parse.hpp"

#include <algorithm>
#include <cstdint>
#include <unordered_map>

#include "core/base/encode.hpp"
#include "core/json/compact.hpp"
#include "core/json/parse_compact.hpp"
#include "core/json/scan.hpp"

namespace heygen::json {

namespace {

void append_utf8(std::string& out, std::uint32_t point) {
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xC0 | (point >> 6));
    out += static_cast<char>(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    out += static_cast<char>(0xE0 | (point >> 12));
    out += static_cast<char>(0x80 | ((point >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (point & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (point >> 18));
    out += static_cast<char>(0x80 | ((point >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((point >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (point & 0x3F));
  }
}

/// Reads compacted, valid JSON.
class Builder {
 public:
  explicit Builder(std::string_view text) : text_(text) {}

  Value value(std::size_t depth) {
    if (depth > kMaxDepth) {
      throw ParseError("nested deeper than " + std::to_string(kMaxDepth) + " levels", at_);
    }
    switch (text_[at_]) {
      case '{':
        return object(depth);
      case '[':
        return array(depth);
      case '"':
        return string();
      case 't':
        return at_ += 4, Value(true);
      case 'f':
        return at_ += 5, Value(false);
      case 'n':
        return at_ += 4, Value();
      default:
        return number();
    }
  }

 private:
  using Places = std::unordered_map<std::string, std::size_t>;

  Value object(std::size_t depth) {
    Object members;
    members.reserve(std::min(last_size_, kMostReserved));
    Places places;
    ++at_;
    while (text_[at_] != '}') {
      if (text_[at_] == ',') ++at_;
      std::string name = string();
      ++at_;  // the colon
      Value member = value(depth + 1);
      if (Value* earlier = find(members, places, name)) {
        *earlier = std::move(member);
      } else {
        members.emplace_back(std::move(name), std::move(member));
      }
    }
    ++at_;
    last_size_ = members.size();
    return members;
  }

  /// `places` has the names of a large object, so that it costs no square.
  static Value* find(Object& members, Places& places, const std::string& name) {
    constexpr std::size_t kSmall = 16;
    if (members.size() < kSmall) {
      const auto found = std::ranges::find(members, name, &Member::first);
      return found == members.end() ? nullptr : &found->second;
    }
    for (std::size_t i = places.size(); i < members.size(); ++i) places.emplace(members[i].first, i);
    const auto found = places.find(name);
    return found == places.end() ? nullptr : &members[found->second].second;
  }

  Value array(std::size_t depth) {
    Array items;
    ++at_;
    while (text_[at_] != ']') {
      if (text_[at_] == ',') ++at_;
      items.push_back(value(depth + 1));
    }
    ++at_;
    return items;
  }

  Value number() {
    const std::size_t end = std::min(text_.find_first_not_of("+-.0123456789eE", at_), text_.size());
    Number out{std::string(text_.substr(at_, end - at_))};
    at_ = end;
    return out;
  }

  std::string string() {
    std::string out(to_mark());
    while (text_[at_] == '\\') {
      escape(out);
      --at_;
      out += to_mark();
    }
    ++at_;
    return out;
  }

  /// Past the byte at which the reader is, up to the next quotation mark or backslash.
  std::string_view to_mark() {
    const std::size_t begin = at_ + 1;
    at_ = begin + length_to_mark(text_.substr(begin));
    return text_.substr(begin, at_ - begin);
  }

  void escape(std::string& out) {
    const char kind = text_[at_ + 1];
    at_ += 2;
    switch (kind) {
      case 'b':
        out += '\b';
        return;
      case 'f':
        out += '\f';
        return;
      case 'n':
        out += '\n';
        return;
      case 'r':
        out += '\r';
        return;
      case 't':
        out += '\t';
        return;
      case 'u':
        return append_utf8(out, code_point());
      default:
        out += kind;
    }
  }

  std::uint32_t code_point() {
    constexpr std::uint32_t kReplacement = 0xFFFD;
    const std::uint32_t first = hex4();
    if (first < 0xD800 || first > 0xDFFF) return first;
    if (first >= 0xDC00 || text_.substr(at_, 2) != "\\u") return kReplacement;
    const std::size_t before = at_;
    at_ += 2;
    const std::uint32_t second = hex4();
    if (second < 0xDC00 || second > 0xDFFF) return at_ = before, kReplacement;
    return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
  }

  std::uint32_t hex4() {
    std::uint32_t out = 0;
    for (int i = 0; i < 4; ++i) {
      out = out * 16 + static_cast<std::uint32_t>(hex_digit(text_[at_++]));
    }
    return out;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  /// Of the last object: the next one is often alike.
  std::size_t last_size_ = 0;
  static constexpr std::size_t kMostReserved = 64;
};

}  // namespace

Value parse(std::string_view text) {
  return parse_compact(compact(text));
}

Value parse_compact(std::string_view text) {
  return Builder(text).value(0);
}

}  // namespace heygen::json
