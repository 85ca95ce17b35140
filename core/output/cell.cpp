#include "core/output/cell.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <optional>

#include "core/base/clock.hpp"
#include "core/base/text.hpp"
#include "core/output/output.hpp"

namespace heygen::output {

namespace {

// 2017 to 2039: whole numbers outside are counts, not times.
constexpr std::int64_t kFirstTime = 1'500'000'000;
constexpr std::int64_t kLastTime = 2'200'000'000;
constexpr double kLongestDuration = 1e9;

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

bool names_time(std::string_view field) {
  return std::ranges::any_of(words_of(field), [](const std::string& word) {
    return is_one_of(to_lower(word), {"at", "time", "timestamp", "date", "expires", "expiry", "expiration", "created",
                                      "updated", "modified", "started", "finished", "completed", "deadline"});
  });
}

bool names_duration(std::string_view field) {
  return to_lower(field).find("duration") != std::string::npos;
}

std::optional<std::string> as_time(std::string_view field, const json::Value& value) {
  const auto seconds = value.to_int64();
  if (!seconds || *seconds <= kFirstTime || *seconds >= kLastTime || !names_time(field)) return {};
  std::string text = format_time(*seconds);  // 2023-11-14T22:13:20Z
  text[10] = ' ';
  return text.substr(0, 16) + " UTC";
}

std::string seconds_text(double seconds) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%.2f", seconds);
  std::string out = text.data();
  out.erase(out.find_last_not_of('0') + 1);
  if (out.back() == '.') out.pop_back();
  return out + "s";
}

std::optional<std::string> as_duration(std::string_view field, const std::string& number) {
  double total = 0;
  const auto [end, failure] = std::from_chars(number.data(), number.data() + number.size(), total);
  if (failure != std::errc{} || end != number.data() + number.size() || !names_duration(field)) return {};
  if (to_lower(words_of(field).back()) == "ms") total /= 1000;
  if (!(total >= 0) || total > kLongestDuration) return {};
  total = std::round(total * 100) / 100;
  const auto whole = static_cast<std::int64_t>(total);
  const std::int64_t hours = whole / 3600, minutes = whole / 60 % 60;
  std::string out;
  if (hours > 0) out += std::to_string(hours) + "h ";
  if (whole >= 60) out += std::to_string(minutes) + "m ";
  return out + seconds_text(total - static_cast<double>(whole - whole % 60));
}

std::string number_text(std::string_view field, const json::Value& value) {
  const std::string& number = value.as_number().text;
  if (auto time = as_time(field, value)) return *time;
  if (auto duration = as_duration(field, number)) return *duration;
  return number;
}

Tone tone_of(const json::Value& value) {
  if (!value.is_string()) return Tone::plain;
  const std::string word = to_lower(value.as_string());
  if (is_one_of(word, {"completed", "complete", "active", "enabled", "success"})) return Tone::good;
  if (is_one_of(word, {"processing", "pending", "in_progress", "waiting"})) return Tone::busy;
  if (is_one_of(word, {"failed", "error", "disabled"})) return Tone::bad;
  return Tone::plain;
}

std::string text_of(std::string_view field, const json::Value& value, bool keep_lines) {
  if (is_empty(value)) return std::string(kNothing);
  if (value.is_bool()) return value.as_bool() ? "true" : "false";
  if (value.is_number()) return number_text(field, value);
  if (value.is_string()) return printable(value.as_string(), keep_lines);
  if (value.is_object() || is_object_list(value)) return printable(json::write(value));
  std::vector<std::string> items;
  for (const json::Value& item : value.as_array()) {
    const bool nested = item.is_array() || item.is_object();
    items.push_back(nested ? printable(json::write(item)) : text_of(field, item, false));
  }
  return join(items, ", ");
}

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

}  // namespace

bool is_empty(const json::Value& value) {
  return value.is_null() || (value.is_string() && value.as_string().empty()) ||
         (value.is_array() && value.as_array().empty()) || (value.is_object() && value.as_object().empty());
}

bool is_object_list(const json::Value& value) {
  return value.is_array() && !value.as_array().empty() &&
         std::ranges::all_of(value.as_array(), [](const json::Value& item) { return item.is_object(); });
}

Cell cell_of(std::string_view field, const json::Value& value) {
  return {text_of(field, value, false), tone_of(value)};
}

std::vector<std::string> lines_of(std::string_view field, const json::Value& value) {
  std::vector<std::string> lines = split(text_of(field, value, true), '\n');
  while (lines.size() > 1 && lines.back().empty()) lines.pop_back();
  return lines;
}

std::vector<std::string> words_of(std::string_view key) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : key) {
    const bool separator = c == '_' || c == '-' || c == '.' || c == ' ';
    if (separator || (!word.empty() && is_upper(c) && is_lower(word.back()))) {
      if (!word.empty()) words.push_back(std::move(word));
      word.clear();
    }
    if (!separator) word += c;
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

std::string paint(std::string_view text, Tone tone, bool color) {
  constexpr std::array<std::string_view, 6> kCodes{"", "32", "33", "31", "1", "2"};
  const std::string_view code = kCodes.at(static_cast<std::size_t>(tone));
  if (!color || code.empty()) return std::string(text);
  return std::string("\x1b[").append(code).append("m").append(text).append("\x1b[0m");
}

std::string humanise(std::string_view key) {
  std::vector<std::string> words = words_of(key);
  for (std::string& word : words) {
    std::string upper = word;
    std::ranges::transform(upper, upper.begin(),
                           [](char c) { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; });
    const bool acronym = is_one_of(
        to_lower(word), {"id", "url", "api", "srt", "vtt", "tts", "ssml", "json", "uuid", "ai", "hd", "sd", "fps"});
    if (acronym) word = upper;
    word.front() = upper.front();
  }
  return words.empty() ? std::string(kNothing) : printable(join(words, " "));
}

}  // namespace heygen::output
