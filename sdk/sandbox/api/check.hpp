// SPDX-License-Identifier: Apache-2.0
// Checks what the API's requests ask for, field by field.
#pragma once

#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/sandbox/http/http.hpp"
#include "sdk/sandbox/http/json.hpp"

namespace heygen::sandbox {

/// Thrown to answer with anything else than success.
struct Refused {
  Response response;
};

struct Field {
  enum class Kind {
    text,
    address,  ///< text that is an https:// address
    flag,
    integer,
    number,
    list,
    texts,  ///< a list of texts
    object,
    asset,  ///< {"type": "url" | "asset_id" | "base64", …}
    link    ///< as asset, but no base64
  };
  std::string_view name;
  Kind kind = Kind::text;
  bool required = false;
  /// What a text, or each of a list of texts, may be; empty: anything.
  std::vector<std::string_view> values{};
  /// Of a number its value, of a text or list its length.
  double low = std::numeric_limits<double>::lowest();
  double high = std::numeric_limits<double>::max();
};

/// Throws Invalid for the first field that does not fit. Fields that are not named pass. where: a prefix for the names
/// in errors, such as "videos.3.".
void check(const Object& body, std::initializer_list<Field> fields, const std::string& where = {});

/// The body as a JSON object. Throws Invalid.
Object read_object(const Request& request);

}  // namespace heygen::sandbox
