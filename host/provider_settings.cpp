// SPDX-License-Identifier: Apache-2.0
#include "host/provider_settings.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "core/base/text.hpp"

namespace heygen::host {

namespace {

constexpr std::string_view kDisabled = "disabled.";
constexpr int kLongestDeadline = 86'400;

std::optional<std::chrono::seconds> deadline_of(const std::string& text) {
  int seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{} || end != text.data() + text.size() || seconds < 1 || seconds > kLongestDeadline) return {};
  return std::chrono::seconds{seconds};
}

Error wrong_deadline(const std::string& text) {
  return usage_error(
      fmt::format("Invalid provider.deadline '{}': must be from 1 to {} seconds.", shown_word(text), kLongestDeadline),
      "Run `heygen config set provider.deadline 60`.");
}

}  // namespace

ProviderSettings provider_settings(const config::Config& config) {
  ProviderSettings out;
  std::map<std::string, std::string> members;
  try {
    members = config.members("provider");
  } catch (const Error&) {
    return out;
  }
  for (const auto& [key, value] : members) {
    if (key.starts_with(kDisabled) && value == "true") out.disabled.push_back(key.substr(kDisabled.size()));
    if (key != "deadline") continue;
    if (const auto deadline = deadline_of(value))
      out.hang_timeout = *deadline;
    else
      out.problem = wrong_deadline(value);
  }
  return out;
}

void check_deadline(const std::string& value) {
  if (!deadline_of(value)) throw wrong_deadline(value);
}

config::DeclaredKey deadline_key() {
  return {"provider.deadline", "int", "", "60", "Seconds after which a provider that does not respond is given up"};
}

config::DeclaredKey disabled_key(const std::string& id) {
  return {"provider.disabled." + id, "bool", "", "false", "Whether the provider is disabled"};
}

}  // namespace heygen::host
