// SPDX-License-Identifier: Apache-2.0
#include "core/json/compact.hpp"

#include <array>

#include "core/base/encode.hpp"
#include "core/json/parse.hpp"
#include "core/json/scan.hpp"

namespace heygen::json {

namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Bytes that may follow in a string's sequence, and the range of the first of them (RFC 3629 §4). -1: no lead byte.
int utf8_lead(unsigned char byte, unsigned& low, unsigned& high) {
  low = 0x80, high = 0xBF;
  if (byte >= 0xC2 && byte <= 0xDF) return 1;
  if (byte >= 0xE0 && byte <= 0xEF) {
    if (byte == 0xE0) low = 0xA0;
    if (byte == 0xED) high = 0x9F;
    return 2;
  }
  if (byte >= 0xF0 && byte <= 0xF4) {
    if (byte == 0xF0) low = 0x90;
    if (byte == 0xF4) high = 0x8F;
    return 3;
  }
  return -1;
}

}  // namespace

void Compactor::fail(const char* what) const {
  throw ParseError(std::string(what) + " at byte " + std::to_string(offset_), offset_);
}

void Compactor::end_value() {
  state_ = objects_.empty() ? State::done : State::after_value;
}

void Compactor::close(char bracket) {
  if (objects_.empty() || in_object_ != (bracket == '}')) fail("a bracket closes what was not opened");
  objects_.pop_back();
  in_object_ = !objects_.empty() && objects_.back();
  end_value();
}

bool Compactor::in_number(char c) {
  switch (state_) {
    case State::number_minus:
      if (!is_digit(c)) fail("a number needs a digit");
      state_ = c == '0' ? State::number_zero : State::number_int;
      return true;
    case State::number_int:
      if (is_digit(c)) return true;
      [[fallthrough]];
    case State::number_zero:
      if (c == '.') return state_ = State::number_dot, true;
      if (c == 'e' || c == 'E') return state_ = State::number_e, true;
      return end_value(), false;
    case State::number_dot:
      if (!is_digit(c)) fail("a number needs a digit after its point");
      return state_ = State::number_fraction, true;
    case State::number_fraction:
      if (is_digit(c)) return true;
      if (c == 'e' || c == 'E') return state_ = State::number_e, true;
      return end_value(), false;
    case State::number_e:
      if (c == '+' || c == '-') return state_ = State::number_sign, true;
      [[fallthrough]];
    case State::number_sign:
      if (!is_digit(c)) fail("a number needs a digit in its exponent");
      return state_ = State::number_exponent, true;
    default:  // number_exponent
      if (is_digit(c)) return true;
      return end_value(), false;
  }
}

void Compactor::in_string(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (utf8_left_ > 0) {
    if (byte < utf8_low_ || byte > utf8_high_) fail("text is not UTF-8");
    utf8_low_ = 0x80, utf8_high_ = 0xBF;
    --utf8_left_;
  } else if (c == '"') {
    if (in_name_) {
      state_ = State::colon;
    } else {
      end_value();
    }
  } else if (c == '\\') {
    state_ = State::escape;
  } else if (byte < 0x20) {
    fail("a string contains an unescaped control character");
  } else if (byte >= 0x80) {
    utf8_left_ = utf8_lead(byte, utf8_low_, utf8_high_);
    if (utf8_left_ < 0) fail("text is not UTF-8");
  }
}

void Compactor::in_escape(char c) {
  if (state_ == State::unicode) {
    if (hex_digit(c) < 0) fail("\\u needs four hexadecimal digits");
    if (--unicode_left_ == 0) state_ = State::string;
  } else if (c == 'u') {
    state_ = State::unicode;
    unicode_left_ = 4;
  } else {
    if (std::string_view("\"\\/bfnrt").find(c) == std::string_view::npos) fail("an unknown escape");
    state_ = State::string;
  }
}

void Compactor::begin_value(char c) {
  switch (c) {
    case '{':
    case '[':
      objects_.push_back(in_object_ = c == '{');
      state_ = c == '{' ? State::first_name_or_end : State::first_value_or_end;
      return;
    case '"':
      state_ = State::string, in_name_ = false;
      return;
    case '-':
      state_ = State::number_minus;
      return;
    case '0':
      state_ = State::number_zero;
      return;
    case 't':
      state_ = State::literal, literal_ = "rue";
      return;
    case 'f':
      state_ = State::literal, literal_ = "alse";
      return;
    case 'n':
      state_ = State::literal, literal_ = "ull";
      return;
    default:
      if (!is_digit(c)) fail("a value is missing");
      state_ = State::number_int;
  }
}

void Compactor::between_tokens(char c) {
  switch (state_) {
    case State::first_value_or_end:
      if (c == ']') return close(c);
      [[fallthrough]];
    case State::value:
      return begin_value(c);
    case State::first_name_or_end:
      if (c == '}') return close(c);
      [[fallthrough]];
    case State::name:
      if (c != '"') fail("a member name is missing");
      state_ = State::string, in_name_ = true;
      return;
    case State::colon:
      if (c != ':') fail("a colon is missing");
      state_ = State::value;
      return;
    case State::after_value:
      if (c == ',') {
        state_ = in_object_ ? State::name : State::value;
        return;
      }
      if (c != '}' && c != ']') fail("a comma or bracket is missing");
      return close(c);
    default:
      fail("something follows the document");
  }
}

void Compactor::take(char c) {
  if (state_ >= State::number_minus && in_number(c)) return;
  if (state_ == State::string) return in_string(c);
  if (state_ == State::escape || state_ == State::unicode) return in_escape(c);
  if (state_ != State::literal) return between_tokens(c);
  if (c != literal_.front()) fail("an unknown word");
  literal_.remove_prefix(1);
  if (literal_.empty()) end_value();
}

/// The bytes between tokens that valid documents mostly consist of. False: take() must look.
bool Compactor::take_common(char c) {
  switch (state_) {
    case State::first_value_or_end:
    case State::value:
      if (c != '"') return false;
      state_ = State::string, in_name_ = false;
      return true;
    case State::first_name_or_end:
    case State::name:
      if (c != '"') return false;
      state_ = State::string, in_name_ = true;
      return true;
    case State::colon:
      if (c == ':') state_ = State::value;
      return c == ':';
    case State::after_value:
      if (c == ',') state_ = in_object_ ? State::name : State::value;
      return c == ',';
    default:
      return false;
  }
}

/// Copies the quotation mark that ends a string, and what mostly follows: `:` or `,`, a space, and the next string's
/// quotation mark.
std::size_t Compactor::after_string(std::string_view part, std::size_t at, char*& to) {
  const bool was_name = in_name_, more = was_name || in_object_;
  if (was_name) {
    state_ = State::colon;
  } else {
    end_value();
  }
  *to++ = part[at++];
  constexpr std::size_t kLookAhead = 3;
  if (!more || part.size() - at < kLookAhead || part[at] != (was_name ? ':' : ',')) return at;
  state_ = was_name ? State::value : State::name;
  *to++ = part[at++];
  if (part[at] == ' ') ++at;
  if (part[at] != '"') return at;
  state_ = State::string, in_name_ = !was_name;
  *to++ = part[at++];
  return at;
}

std::size_t Compactor::feed_part(std::string_view part, char* out) {
  char* to = out;
  for (std::size_t at = 0; at < part.size();) {
    if (state_ == State::string && utf8_left_ == 0) {
      const std::size_t plain = copy_plain(part.substr(at), to);
      at += plain;
      to += plain;
      if (at == part.size()) break;
      if (part[at] == '"') {
        at = after_string(part, at, to);
        continue;
      }
    }
    if (state_ == State::number_int || state_ == State::number_fraction) {
      while (at < part.size() && is_digit(part[at])) *to++ = part[at++];
      if (at == part.size()) break;
    }
    const char c = part[at];
    const bool space = is_space(c) && !within_text();
    if (space && state_ >= State::number_minus) {
      offset_ = part_begin_ + at;
      static_cast<void>(in_number(c));
    } else if (!space && !take_common(c)) {
      offset_ = part_begin_ + at;
      take(c);
    }
    *to = c;
    to += space ? 0 : 1;
    ++at;
  }
  offset_ = part_begin_ += part.size();
  return static_cast<std::size_t>(to - out);
}

void Compactor::feed(std::string_view piece, std::string& out) {
  std::array<char, 1024> clean;
  while (!piece.empty()) {
    const std::string_view part = piece.substr(0, clean.size());
    out.append(clean.data(), feed_part(part, clean.data()));
    piece.remove_prefix(part.size());
  }
}

void Compactor::finish() {
  const bool open_number = state_ == State::number_zero || state_ == State::number_int ||
                           state_ == State::number_fraction || state_ == State::number_exponent;
  if (open_number && objects_.empty()) state_ = State::done;
  if (state_ != State::done) fail("the document ends too early");
}

std::string compact(std::string_view text) {
  Compactor compactor;
  std::string out;
  out.reserve(text.size());
  compactor.feed(text, out);
  compactor.finish();
  return out;
}

}  // namespace heygen::json
