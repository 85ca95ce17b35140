// SPDX-License-Identifier: Apache-2.0
// Bytes as text: hexadecimal, base64 and percent-encoding.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace heygen {

/// Lower-case hexadecimal.
std::string hex_encode(std::string_view bytes);
/// The value of one hexadecimal digit of either case, or -1.
int hex_digit(char c) noexcept;

/// RFC 4648 §4, with padding, on one line.
std::string base64_encode(std::string_view bytes);
/// RFC 4648 §5, without padding.
std::string base64url_encode(std::string_view bytes);
/// Strictly RFC 4648 §5, with or without padding; empty for any other text.
std::optional<std::string> base64url_decode(std::string_view text);
/// The bytes of base64 text in either alphabet, without padding; empty when it is not valid.
std::optional<std::string> base64_decode(std::string_view text);

/// Every byte that is not unreserved in RFC 3986 §2.3 as %XX.
std::string percent_encode(std::string_view text);

enum class Plus : unsigned char {
  literal,  ///< a '+' is a '+' (RFC 3986)
  space,    ///< a '+' is a space (application/x-www-form-urlencoded)
};
/// Empty when a '%' is not followed by two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text, Plus plus = Plus::literal);

/// A "." or ".." among the segments of a URL's path (RFC 3986 §3.3), as any server or proxy may read it: encoded once
/// or more often, with parameters (";x") behind, or between backslashes.
bool has_dot_segment(std::string_view path);

}  // namespace heygen
