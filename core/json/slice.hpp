// SPDX-License-Identifier: Apache-2.0
// Parts of a JSON text found in place: what is copied out of a response keeps its bytes.
//
// All of these take what json::compact() gave: valid, without white space between tokens.
#pragma once

#include <optional>
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
/// The value at a dotted path of member names; nothing when there is none.
std::optional<std::string_view> slice(std::string_view document, std::string_view path);

}  // namespace heygen::json
