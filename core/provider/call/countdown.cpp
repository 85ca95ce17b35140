// SPDX-License-Identifier: Apache-2.0
#include "core/provider/call/countdown.hpp"

#include <charconv>

#include "core/base/text.hpp"

namespace heygen::provider {
namespace {

constexpr std::string_view kLeft = " left";

/// "10m"; empty when it is something else, or longer than a day.
std::optional<std::chrono::seconds> parse_part(std::string_view word) {
  constexpr int kMost = 86'400;
  int number = -1;
  const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (failure != std::errc{} || number < 0 || number > kMost || end + 1 != word.data() + word.size()) return {};
  switch (*end) {
    case 'h':
      return std::chrono::hours(number);
    case 'm':
      return std::chrono::minutes(number);
    case 's':
      return std::chrono::seconds(number);
    default:
      return {};
  }
}

}  // namespace

Countdown parse_countdown(std::string_view line) {
  Countdown out{std::string(line), {}};
  if (!line.ends_with(kLeft)) return out;
  line.remove_suffix(kLeft.size());
  std::chrono::seconds sum{0};
  for (;;) {
    const std::size_t space = line.find_last_of(' ');
    const std::optional<std::chrono::seconds> part =
        space == std::string_view::npos ? std::nullopt : parse_part(line.substr(space + 1));
    if (!part) break;
    sum += *part;
    out.left = sum;
    line = line.substr(0, space);
  }
  if (!out.left) return out;
  while (line.ends_with(':') || line.ends_with(',')) line.remove_suffix(1);
  out.what = trim(line);
  return out;
}

}  // namespace heygen::provider
