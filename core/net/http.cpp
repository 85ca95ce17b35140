// SPDX-License-Identifier: Apache-2.0
#include "core/net/http.hpp"

#include <algorithm>
#include <array>

#include "core/base/text.hpp"

namespace heygen::net {

const std::string* find_header(const Headers& headers, std::string_view name) {
  const auto found = std::ranges::find_if(headers, [&](const Header& header) { return iequals(header.name, name); });
  return found == headers.end() ? nullptr : &found->value;
}

bool contradicts_itself(const Headers& headers, std::string_view name) {
  const std::string* first = find_header(headers, name);
  return std::ranges::any_of(
      headers, [&](const Header& header) { return iequals(header.name, name) && header.value != *first; });
}

bool is_token(std::string_view text) {
  const auto is_token_character = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  };
  return !text.empty() && std::ranges::all_of(text, is_token_character);
}

bool is_idempotent(std::string_view method) {
  constexpr std::array<std::string_view, 6> kMethods{"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"};
  return std::ranges::find(kMethods, method) != kMethods.end();
}

std::string read_all(Response& response, std::size_t limit) {
  std::string text;
  std::array<char, 16384> piece;
  while (const std::size_t count = response.read(piece)) {
    if (count > limit - text.size()) {
      Failure failure(Failure::Kind::protocol,
                      "The response is longer than the " + std::to_string(limit) + " bytes allowed.");
      failure.sent = true;
      throw failure;
    }
    text.append(piece.data(), count);
  }
  return text;
}

}  // namespace heygen::net
