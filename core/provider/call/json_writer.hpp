// SPDX-License-Identifier: Apache-2.0
// A JSON document that a provider writes, one value at a time (heygen.json/1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json/value.hpp"

namespace heygen::provider {

/// Every function returns false, and the document is lost, when it breaks JSON's grammar or a limit.
class JsonWriter {
 public:
  JsonWriter() = default;
  JsonWriter(JsonWriter&&) = default;
  JsonWriter& operator=(JsonWriter&&) = default;
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;
  ~JsonWriter();  ///< wipes the text

  bool begin(char bracket);  ///< '{' or '['
  bool end();
  bool name(std::string_view name);
  bool text(std::string_view text);  ///< UTF-8
  /// JSON as it is written: a number, a literal, or a document.
  bool raw(std::string_view json);
  /// The complete document; empty when it is not complete, or lost.
  std::optional<std::string_view> finish() const;

 private:
  bool lose();
  bool put(std::string_view json);

  std::string text_;
  std::vector<char> open_;  ///< brackets
  bool named_ = false;      ///< a member's name waits for its value
  bool lost_ = false;
};

}  // namespace heygen::provider
