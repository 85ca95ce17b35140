#include <algorithm>
#include <array>
#include <cstring>

#include "core/base/secret.hpp"
#include "core/base/text.hpp"
#include "core/net/http.hpp"

namespace heygen::net {

const std::string* find_header(const Headers& headers, std::string_view name) {
  const auto found =
      std::find_if(headers.begin(), headers.end(), [&](const Header& header) { return iequals(header.name, name); });
  return found == headers.end() ? nullptr : &found->value;
}

TextBody::~TextBody() {
  wipe(text_);
}

std::size_t TextBody::read(std::span<char> out) {
  const std::size_t count = std::min(out.size(), text_.size() - at_);
  std::memcpy(out.data(), text_.data() + at_, count);
  at_ += count;
  return count;
}

namespace {

Failure too_long(std::size_t limit) {
  Failure failure(Failure::Kind::protocol, "The reply is longer than the " + std::to_string(limit) + " bytes allowed.");
  failure.sent = true;
  return failure;
}

}  // namespace

std::string read_all(Response& response, std::size_t limit) {
  std::string text;
  std::array<char, 16384> piece;
  while (const std::size_t count = response.read(piece)) {
    if (count > limit - text.size()) throw too_long(limit);
    text.append(piece.data(), count);
  }
  return text;
}

}  // namespace heygen::net
