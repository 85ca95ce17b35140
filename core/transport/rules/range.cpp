// SPDX-License-Identifier: Apache-2.0
#include "core/transport/rules/range.hpp"

#include <algorithm>
#include <charconv>

#include "core/base/text.hpp"
#include "core/transport/rules/retry.hpp"

namespace heygen::transport {

namespace {

/// RFC 9110 requires a second between Last-Modified and Date on one clock, or enough to allow for two clocks. 60s is
/// what its predecessor named (RFC 7232 §2.2.2).
constexpr std::int64_t kSettledAfterS = 60;

/// The form that servers must send (IMF-fixdate, RFC 9110 §5.6.7): the parser alone would take almost any text.
std::optional<std::int64_t> fixed_date(const std::string& value) {
  constexpr std::size_t kSize = 29;
  if (value.size() != kSize || value[3] != ',' || !value.ends_with(" GMT")) return {};
  return parse_http_date(value);
}

std::optional<std::int64_t> date_of(const net::Headers& headers, std::string_view name) {
  const std::string* value = net::find_header(headers, name);
  return value == nullptr ? std::nullopt : fixed_date(*value);
}

/// Digits up to `end`, which goes with them.
std::optional<std::uint64_t> take_number(std::string_view& text, std::string_view end) {
  std::uint64_t value = 0;
  const auto [stop, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{}) return {};
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  if (end.empty() ? !text.empty() : !text.starts_with(end)) return {};
  text.remove_prefix(end.size());
  return value;
}

}  // namespace

bool is_strong_etag(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  const std::string_view tag = text.substr(1, text.size() - 2);
  return std::ranges::all_of(tag, [](char c) { return c > ' ' && c < '\x7f' && c != '"'; });
}

std::optional<Validator> strong_validator(const net::Headers& headers) {
  if (const std::string* tag = net::find_header(headers, "ETag"))
    return is_strong_etag(*tag) ? std::optional(Validator{"ETag", *tag}) : std::nullopt;
  const auto modified = date_of(headers, "Last-Modified"), sent = date_of(headers, "Date");
  if (!modified || !sent || *sent - *modified < kSettledAfterS) return {};
  return Validator{"Last-Modified", *net::find_header(headers, "Last-Modified")};
}

bool is_usable(const Validator& validator) {
  if (validator.name == "ETag") return is_strong_etag(validator.value);
  return validator.name == "Last-Modified" && !has_control(validator.value) && fixed_date(validator.value).has_value();
}

bool offers_ranges(const net::Headers& headers) {
  return std::ranges::any_of(headers, [](const net::Header& header) {
    if (!iequals(header.name, "Accept-Ranges")) return false;
    const auto units = split(header.value, ',');
    return std::ranges::any_of(units, [](const std::string& unit) { return iequals(trim(unit), "bytes"); });
  });
}

bool is_unencoded(const net::Headers& headers) {
  return std::ranges::all_of(headers, [](const net::Header& header) {
    return !iequals(header.name, "Content-Encoding") || header.value.empty() || iequals(header.value, "identity");
  });
}

std::optional<ContentRange> parse_content_range(std::string_view text) {
  constexpr std::string_view kUnit = "bytes ";
  if (!iequals(text.substr(0, kUnit.size()), kUnit)) return {};
  text.remove_prefix(kUnit.size());
  const auto first = take_number(text, "-");
  const auto last = first ? take_number(text, "/") : std::nullopt;
  const auto total = last ? take_number(text, "") : std::nullopt;
  if (!total || *first > *last || *last >= *total) return {};
  return ContentRange{*first, *last, *total};
}

}  // namespace heygen::transport
