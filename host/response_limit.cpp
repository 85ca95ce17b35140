// SPDX-License-Identifier: Apache-2.0
#include "host/response_limit.hpp"

#include <charconv>
#include <cstdint>

#include "core/base/error.hpp"
#include "core/base/limits.hpp"
#include "core/base/text.hpp"

namespace heygen::host {

namespace {

constexpr std::int64_t kMostMiB = 65'536;

}  // namespace

std::size_t parse_response_limit(const std::string& name, const std::string& value) {
  const std::string_view text = trim(value);
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault == std::errc{} && end == text.data() + text.size() && number >= 1 && number <= kMostMiB) {
    return static_cast<std::size_t>(number) * limits::kMiB;
  }
  throw usage_error(
      "Invalid " + name + " '" + shown_word(value) + "': must be from 1 to " + std::to_string(kMostMiB) + " MiB.",
      name == response_limit_key().key ? "Run `heygen config set " + name + " 256`."
                                       : "Correct or unset " + name + ".");
}

std::size_t response_limit(const config::Config& config, const Environment& environment) {
  const config::DeclaredKey key = response_limit_key();
  if (environment.has(key.env)) return parse_response_limit(key.env, environment.value(key.env));
  const std::optional<std::string> value = config.raw(key.key);
  return value ? parse_response_limit(key.key, *value) : limits::kBufferedResponse;
}

config::DeclaredKey response_limit_key() {
  return {.key = "response.limit",
          .type = "int",
          .env = "HEYGEN_RESPONSE_LIMIT",
          .fallback = std::to_string(limits::kBufferedResponse / limits::kMiB),
          .doc = "Largest response that is held in memory (--human, --jq), in MiB",
          .least = 1,
          .most = kMostMiB};
}

}  // namespace heygen::host
