// SPDX-License-Identifier: Apache-2.0
#include "core/base/secret.hpp"

#include <cstring>

namespace heygen {

void wipe(std::string& text) noexcept {
  text.resize(text.capacity());  // within capacity: no allocation, and the tail is wiped too
  explicit_bzero(text.data(), text.size());
  text.clear();
}

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) {
    wipe(text_);
    text_ = other.text_;
  }
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe(text_);
    text_.swap(other.text_);
  }
  return *this;
}

bool Secret::operator==(const Secret& other) const noexcept {
  return equal_in_constant_time(text_, other.text_);
}

bool equal_in_constant_time(std::string_view left, std::string_view right) noexcept {
  if (left.size() != right.size()) return false;
  unsigned char difference = 0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    difference = static_cast<unsigned char>(
        difference | (static_cast<unsigned char>(left[i]) ^ static_cast<unsigned char>(right[i])));
  }
  return difference == 0;
}

}  // namespace heygen
