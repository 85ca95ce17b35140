// SPDX-License-Identifier: Apache-2.0
// Bytes of a terminal in raw mode, as keys.
#pragma once

#include <optional>
#include <string>

namespace heygen::host::ui {

struct Key {
  enum class Kind { up, down, first, last, digit, erase, enter, cancel, other };
  Kind kind = Kind::other;
  int digit = 0;  ///< 0 to 9, for Kind::digit
  bool operator==(const Key&) const = default;
};

/// Fed byte by byte. A lone ESC is told from the start of an arrow's sequence by time alone: when pending() and nothing
/// follows shortly, call timeout().
class KeyReader {
 public:
  std::optional<Key> feed(unsigned char byte);
  /// An ESC came and may be the start of more.
  bool pending() const { return state_ != State::ground; }
  /// Nothing followed: a lone ESC cancels, an unfinished sequence is dropped.
  std::optional<Key> timeout();

 private:
  enum class State { ground, escape, sequence };
  std::optional<Key> end_sequence(unsigned char final_byte);

  State state_ = State::ground;
  std::string parameters_;
};

}  // namespace heygen::host::ui
