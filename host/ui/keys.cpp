// SPDX-License-Identifier: Apache-2.0
#include "host/ui/keys.hpp"

namespace heygen::host::ui {

namespace {

constexpr unsigned char kEscape = 0x1B;

Key plain_key(unsigned char byte) {
  using Kind = Key::Kind;
  if (byte >= '0' && byte <= '9') return {Kind::digit, byte - '0'};
  switch (byte) {
    case '\r':
    case '\n':
    case ' ':
      return {Kind::enter};
    case 'k':
    case 'K':
      return {Kind::up};
    case 'j':
    case 'J':
      return {Kind::down};
    case '\b':
    case 0x7F:
      return {Kind::erase};
    case 'q':
    case 'Q':
    case 0x03:  // Ctrl-C
    case 0x04:  // Ctrl-D
      return {Kind::cancel};
    default:
      return {};
  }
}

}  // namespace

std::optional<Key> KeyReader::feed(unsigned char byte) {
  switch (state_) {
    case State::ground:
      if (byte != kEscape) return plain_key(byte);
      state_ = State::escape;
      return std::nullopt;
    case State::escape:
      if (byte == kEscape) {
        state_ = State::ground;
        return Key{Key::Kind::cancel};
      }
      if (byte != '[' && byte != 'O') {
        state_ = State::ground;  // Alt with a key
        return byte == 0x03 ? plain_key(byte) : Key{};
      }
      state_ = State::sequence;
      parameters_.clear();
      return std::nullopt;
    case State::sequence:
      break;
  }
  if (byte >= 0x40 && byte <= 0x7E) return end_sequence(byte);
  if (byte < 0x20) {  // no byte of a sequence: it was cut off
    state_ = State::ground;
    return feed(byte);
  }
  if (parameters_.size() < 16) parameters_ += static_cast<char>(byte);
  return std::nullopt;
}

std::optional<Key> KeyReader::end_sequence(unsigned char final_byte) {
  using Kind = Key::Kind;
  state_ = State::ground;
  switch (final_byte) {
    case 'A':
      return Key{Kind::up};
    case 'B':
      return Key{Kind::down};
    case 'H':
      return Key{Kind::first};
    case 'F':
      return Key{Kind::last};
    case 'M':  // Enter of the keypad, ESC O M
      return Key{parameters_.empty() ? Kind::enter : Kind::other};
    case '~':
      if (parameters_ == "1" || parameters_ == "7") return Key{Kind::first};
      if (parameters_ == "4" || parameters_ == "8") return Key{Kind::last};
      return Key{};
    default:
      return Key{};
  }
}

std::optional<Key> KeyReader::timeout() {
  const bool alone = state_ == State::escape;
  state_ = State::ground;
  if (alone) return Key{Key::Kind::cancel};
  return std::nullopt;
}

}  // namespace heygen::host::ui
