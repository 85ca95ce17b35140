// SPDX-License-Identifier: Apache-2.0
// Validates a JSON document and removes the white space between its tokens; every other byte stays as it came.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heygen::json {

/// Fed piece by piece, so memory does not grow with the document (one bit per open bracket). Throws ParseError.
class Compactor {
 public:
  /// Appends what can be said of `piece` to `out`.
  void feed(std::string_view piece, std::string& out);
  /// Throws ParseError unless exactly one document was fed.
  void finish();

 private:
  enum class State : unsigned char {
    value,
    first_value_or_end,
    first_name_or_end,
    name,
    colon,
    after_value,
    done,
    string,
    escape,
    unicode,
    literal,
    number_minus,
    number_zero,
    number_int,
    number_dot,
    number_fraction,
    number_e,
    number_sign,
    number_exponent,
  };
  /// Writes at most as many bytes as `part` has.
  std::size_t feed_part(std::string_view part, char* out);
  std::size_t after_string(std::string_view part, std::size_t at, char*& to);
  bool take_common(char c);
  void take(char c);  ///< a byte that is not white space between tokens
  bool within_text() const { return state_ >= State::string && state_ <= State::literal; }
  bool in_number(char c);  ///< false: the number ended before c
  void in_string(char c);
  void in_escape(char c);
  void begin_value(char c);
  void between_tokens(char c);
  void end_value();
  void close(char bracket);
  [[noreturn]] void fail(const char* what) const;

  State state_ = State::value;
  std::vector<bool> objects_;  ///< open brackets, true for {
  bool in_object_ = false;     ///< the last of them
  bool in_name_ = false;
  std::string_view literal_;
  int unicode_left_ = 0;
  int utf8_left_ = 0;
  unsigned utf8_low_ = 0x80, utf8_high_ = 0xBF;
  std::size_t part_begin_ = 0, offset_ = 0;
};

std::string compact(std::string_view text);

}  // namespace heygen::json
