// SPDX-License-Identifier: Apache-2.0
#include "core/net/body.hpp"

#include <algorithm>
#include <cstring>

#include "core/base/secret.hpp"

namespace heygen::net {

TextBody::~TextBody() {
  wipe(text_);
}

std::size_t TextBody::read(std::span<char> out) {
  const std::size_t count = std::min(out.size(), text_.size() - at_);
  std::memcpy(out.data(), text_.data() + at_, count);
  at_ += count;
  return count;
}

}  // namespace heygen::net
