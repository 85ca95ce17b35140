#include "host/provider_settings.hpp"

#include <charconv>
#include <string_view>

#include "core/base/error.hpp"

namespace heygen::host {

namespace {

constexpr std::string_view kDisabled = "disabled.";
constexpr int kLongestDeadline = 86'400;

std::chrono::milliseconds patience_of(const std::string& text) {
  int seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{} || end != text.data() + text.size() || seconds < 1 || seconds > kLongestDeadline) {
    throw usage_error("provider.deadline in config.toml must be a number of seconds from 1 to 86400.",
                      "Run `heygen config set provider.deadline 60`.");
  }
  return std::chrono::seconds{seconds};
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
    if (key == "deadline") out.patience = patience_of(value);
  }
  return out;
}

config::DeclaredKey deadline_key() {
  return {"provider.deadline", "int", "", "60", "Seconds after which a provider that does nothing is given up"};
}

config::DeclaredKey disabled_key(const std::string& id) {
  return {"provider.disabled." + id, "bool", "", "false", "Whether the provider is switched off"};
}

}  // namespace heygen::host
