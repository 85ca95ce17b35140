// SPDX-License-Identifier: Apache-2.0
#include "core/net/retry_after.hpp"

#include <Poco/DateTime.h>
#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeParser.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <vector>

#include "core/base/text.hpp"

namespace heygen::net {

namespace {

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
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
  if (all_digits(value)) {
    std::int64_t seconds = 0;
    const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    return failure == std::errc{} ? seconds : std::numeric_limits<std::int64_t>::max();
  }
  const std::optional<std::int64_t> date = parse_http_date(value);
  return date ? std::optional(std::max<std::int64_t>(0, *date - now)) : std::nullopt;
}

std::optional<std::int64_t> retry_after_of(const Headers& headers, std::int64_t now) {
  std::optional<std::int64_t> longest;
  for (const Header& header : headers) {
    if (!iequals(header.name, "Retry-After")) continue;
    // What is between two servers may have joined the lines (RFC 9110 §5.3); a date has a comma of its own.
    std::vector<std::string> values = split(header.value, ',');
    if (!std::ranges::all_of(values, [](const std::string& value) { return all_digits(trim(value)); }))
      values = {header.value};
    for (const std::string& value : values) longest = std::max(longest, parse_retry_after(value, now));
  }
  return longest;
}

}  // namespace heygen::net
