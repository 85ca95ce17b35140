// SPDX-License-Identifier: Apache-2.0
// How one value of a response is shown: times, durations, lists, nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/json/value.hpp"

namespace heygen::output {

enum class Tone { plain, good, busy, bad, strong, faint };

/// How a column of such cells is laid out: numbers end at the same place, times can lose their hour.
enum class Shape { text, number, time, nothing };

/// Text that is printable() already.
struct Cell {
  std::string text;
  Tone tone = Tone::plain;
  Shape shape = Shape::text;
};

inline constexpr std::string_view kEmptyCell = "-";

/// Null, "", [] or {}.
bool is_empty(const json::Value& value);
/// An array, not empty, only of objects.
bool is_object_list(const json::Value& value);
/// A value on one line. `field` is its key: it tells times and durations from other numbers.
Cell cell_of(std::string_view field, const json::Value& value);
/// The lines of a value; only texts have more than one.
std::vector<std::string> lines_of(std::string_view field, const json::Value& value);

/// A longer value is not taken for an ID, and is cut like other texts.
inline constexpr int kLongestId = 64;

/// The last member that a dotted path names.
std::string last_part(const std::string& path);

/// The words of a key: "created_at", "created-at" and "createdAt" have two.
std::vector<std::string> words_of(std::string_view key);

/// Key as a heading: "created_at" → "Created At", "video_url" → "Video URL".
std::string label_from_field(std::string_view key);

/// The text in the tone's color, or as it is.
std::string paint(std::string_view text, Tone tone, bool color);

}  // namespace heygen::output
