// SPDX-License-Identifier: Apache-2.0
// What an interrupted download needs to resume: a strong validator and exact ranges (RFC 9110 §8.8, §14).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/net/http.hpp"

namespace heygen::transport {

/// Names one exact version of a file: for If-Range (RFC 9110 §13.1.5).
struct Validator {
  std::string name;   ///< "ETag" or "Last-Modified"
  std::string value;  ///< as the server wrote it
  bool operator==(const Validator&) const = default;
};

/// The ETag unless it is weak; else a Last-Modified that is old enough against the response's Date to be strong
/// (RFC 9110 §8.8.2.2).
std::optional<Validator> strong_validator(const net::Headers& headers);
/// It is a validator that strong_validator() may have returned.
bool is_usable(const Validator& validator);
/// An entity tag without W/ and only of visible ASCII (RFC 9110 §8.8.3).
bool is_strong_etag(std::string_view text);

/// Accept-Ranges has `bytes` (RFC 9110 §14.3).
bool offers_ranges(const net::Headers& headers);
/// No Content-Encoding but identity: offsets would count the encoded bytes.
bool is_unencoded(const net::Headers& headers);

/// Content-Range of a 206 (RFC 9110 §14.4), its complete length known.
struct ContentRange {
  std::uint64_t first = 0, last = 0, total = 0;
  bool operator==(const ContentRange&) const = default;
};
std::optional<ContentRange> parse_content_range(std::string_view text);

}  // namespace heygen::transport
