// SPDX-License-Identifier: Apache-2.0
#include "core/net/retry_after.hpp"

#include <Poco/DateTime.h>
#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeParser.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "core/base/text.hpp"

namespace heygen::net {

namespace {

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Some servers give a fraction.
bool is_number(std::string_view text) {
  const std::size_t point = std::min(text.find('.'), text.size());
  return all_digits(text.substr(0, point)) && (point == text.size() || all_digits(text.substr(point + 1)));
}

/// Of a number: a fraction counts as a whole second.
std::int64_t seconds_of(std::string_view number) {
  const std::size_t point = std::min(number.find('.'), number.size());
  std::int64_t seconds = 0;
  if (std::from_chars(number.data(), number.data() + point, seconds).ec != std::errc{}) return kLongestRetryAfter;
  const bool has_rest = number.substr(point).find_first_not_of(".0") != std::string_view::npos;
  return std::min(seconds, kLongestRetryAfter - (has_rest ? 1 : 0)) + (has_rest ? 1 : 0);
}

/// Which of the three forms of RFC 9110 §5.6.7 this may be: Poco's parser is lenient enough to read one as another.
const std::string& date_format(const std::string& value) {
  if (value.find(',') == std::string::npos) return Poco::DateTimeFormat::ASCTIME_FORMAT;
  return value.find('-') == std::string::npos ? Poco::DateTimeFormat::HTTP_FORMAT : Poco::DateTimeFormat::RFC850_FORMAT;
}

}  // namespace

std::optional<std::int64_t> parse_http_date(const std::string& value) {
  if (std::ranges::count(value, ':') != 2) return {};  // Poco's parser takes any word for a date
  Poco::DateTime date;
  int offset = 0;
  if (!Poco::DateTimeParser::tryParse(date_format(value), value, date, offset)) return {};
  return date.timestamp().epochTime() - offset;
}

std::optional<std::int64_t> parse_retry_after(std::string_view text, std::int64_t now) {
  const std::string value(trim(text));
  if (is_number(value)) return seconds_of(value);
  const std::optional<std::int64_t> date = parse_http_date(value);
  return date ? std::optional(std::clamp<std::int64_t>(*date - now, 0, kLongestRetryAfter)) : std::nullopt;
}

std::optional<std::int64_t> retry_after_of(const Headers& headers, std::int64_t now) {
  std::optional<std::int64_t> longest;
  for (const Header& header : headers) {
    if (!iequals(header.name, "Retry-After")) continue;
    // What is between two servers may have joined the lines (RFC 9110 §5.3); a date has a comma of its own.
    std::vector<std::string> values = split(header.value, ',');
    if (!std::ranges::all_of(values, [](const std::string& value) { return is_number(trim(value)); }))
      values = {header.value};
    for (const std::string& value : values) longest = std::max(longest, parse_retry_after(value, now));
  }
  return longest;
}

}  // namespace heygen::net
