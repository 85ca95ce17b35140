// SPDX-License-Identifier: Apache-2.0
#include "core/output/cell.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <optional>

#include "core/base/clock.hpp"
#include "core/base/text.hpp"
#include "core/json/write.hpp"

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

bool is_digit(char c) {
  return c >= '0' && c <= '9';
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
  total = static_cast<double>(static_cast<std::int64_t>(total * 100 + 0.5)) / 100;
  const auto whole = static_cast<std::int64_t>(total);
  const std::int64_t hours = whole / 3600, minutes = whole / 60 % 60;
  std::string out;
  if (hours > 0) out += std::to_string(hours) + "h ";
  if (whole >= 60) out += std::to_string(minutes) + "m ";
  return out + seconds_text(total - static_cast<double>(whole - whole % 60));
}

/// RFC 3339: "2023-11-14T22:13:20.5Z" and "…+02:00", to the minute.
std::optional<std::string> as_time(std::string_view field, const std::string& text) {
  constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:dd";
  if (text.size() <= kForm.size() || text.size() > 40 || !names_time(field)) return {};
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    if (kForm[i] == 'd' ? !is_digit(text[i]) : text[i] != kForm[i]) return {};
  }
  std::string_view zone = std::string_view(text).substr(kForm.size());
  if (zone.front() == '.')
    zone.remove_prefix(1 + std::min(zone.find_first_not_of("0123456789", 1) - 1, zone.size() - 1));
  const std::string minutes = text.substr(0, 10) + " " + text.substr(11, 5) + " ";
  if (zone == "Z" || zone == "z" || zone == "+00:00") return minutes + "UTC";
  const bool offset = zone.size() == 6 && (zone[0] == '+' || zone[0] == '-') && zone[3] == ':' && is_digit(zone[1]) &&
                      is_digit(zone[2]) && is_digit(zone[4]) && is_digit(zone[5]);
  return offset ? std::optional(minutes + std::string(zone)) : std::nullopt;
}

/// Bytes in units of 1000, from 1 kB on; smaller ones may count something else.
std::optional<std::string> as_size(std::string_view field, const json::Value& value) {
  const std::vector<std::string> words = words_of(field);
  if (words.empty() || !is_one_of(to_lower(words.back()), {"size", "bytes", "filesize"})) return {};
  const auto bytes = value.to_int64();
  if (!bytes || *bytes < 1000 || value.as_number().text.find_first_not_of("0123456789") != std::string::npos) return {};
  constexpr std::array<std::string_view, 6> kUnits{"kB", "MB", "GB", "TB", "PB", "EB"};
  double amount = static_cast<double>(*bytes) / 1000;
  std::size_t unit = 0;
  for (; amount >= 999.95 && unit + 1 < kUnits.size(); ++unit) amount /= 1000;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f ", amount);
  return text.data() + std::string(kUnits.at(unit));
}

std::string number_text(std::string_view field, const json::Value& value) {
  const std::string& number = value.as_number().text;
  if (auto time = as_time(field, value)) return *time;
  if (auto duration = as_duration(field, number)) return *duration;
  if (auto size = as_size(field, value)) return *size;
  return number;
}

Tone tone_of(const json::Value& value) {
  if (is_empty(value)) return Tone::faint;
  if (!value.is_string()) return Tone::plain;
  const std::string word = to_lower(value.as_string());
  if (is_one_of(word, {"completed", "complete", "active", "enabled", "success", "succeeded", "ready", "done"}))
    return Tone::good;
  if (is_one_of(word, {"processing", "pending", "in_progress", "waiting", "generating", "queued", "running"}))
    return Tone::busy;
  if (is_one_of(word, {"failed", "error", "disabled", "expired", "rejected", "canceled", "cancelled"}))
    return Tone::bad;
  return Tone::plain;
}

std::string text_of(std::string_view field, const json::Value& value, bool keep_lines) {
  if (is_empty(value)) return std::string(kEmptyCell);
  if (value.is_bool()) return value.as_bool() ? "true" : "false";
  if (value.is_number()) return number_text(field, value);
  if (value.is_string()) {
    if (auto time = as_time(field, value.as_string())) return *time;
    return printable(value.as_string(), keep_lines);
  }
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
  Shape shape = is_empty(value) ? Shape::nothing : value.is_number() ? Shape::number : Shape::text;
  if ((value.is_number() && as_time(field, value)) || (value.is_string() && as_time(field, value.as_string()))) {
    shape = Shape::time;
  }
  return {text_of(field, value, false), tone_of(value), shape};
}

std::vector<std::string> lines_of(std::string_view field, const json::Value& value) {
  std::vector<std::string> lines = split(text_of(field, value, true), '\n');
  while (lines.size() > 1 && lines.back().empty()) lines.pop_back();
  for (std::string& line : lines) {
    for (auto tab = line.find('\t'); tab != std::string::npos; tab = line.find('\t', tab)) line.replace(tab, 1, "    ");
  }
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

std::string last_part(const std::string& path) {
  return path.substr(path.rfind('.') + 1);
}

std::string label_from_field(std::string_view key) {
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
  return words.empty() ? std::string(kEmptyCell) : printable(join(words, " "));
}

}  // namespace heygen::output
