// SPDX-License-Identifier: Apache-2.0
// JSON text to a Value.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

#include "core/json/value.hpp"

namespace heygen::json {

/// Deepest nesting that parse() accepts.
inline constexpr std::size_t kMaxDepth = 1000;

/// Text that is not JSON (RFC 8259). what() names the byte offset, never the content.
class ParseError : public std::runtime_error {
 public:
  ParseError(const std::string& what, std::size_t at) : std::runtime_error(what), offset(at) {}
  std::size_t offset;
};

/// One document, with white space around it allowed and nothing else. Throws ParseError. Lone surrogates in \u escapes
/// become U+FFFD; invalid UTF-8 is an error.
Value parse(std::string_view text);

}  // namespace heygen::json
