// SPDX-License-Identifier: Apache-2.0
// Parts of a JSON text found in place: what is copied out of a response keeps its bytes.
//
// All of these take what json::compact() gave: valid, without white space between tokens.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heygen::json {

struct MemberSlice {
  std::string name;        ///< unescaped
  std::string_view whole;  ///< "name":value
  std::string_view value;
};

/// In order of appearance; of members with the same name only the last. Empty unless `object` is one.
std::vector<MemberSlice> members_of(std::string_view object);
/// In order; nothing unless `array` is one.
std::optional<std::vector<std::string_view>> items_of(std::string_view array);
/// What to find in a document, and what was found.
struct Place {
  std::string_view path;  ///< names of members, with dots between them; "" is all of the document
  std::optional<std::string_view> value = {};
  std::size_t items = 0;  ///< of an array
};
/// Fills in all places and reads the document once.
void find(std::string_view document, std::span<Place> places);

}  // namespace heygen::json
