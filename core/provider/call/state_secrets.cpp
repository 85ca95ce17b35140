// SPDX-License-Identifier: Apache-2.0
#include "core/provider/call/state_secrets.hpp"

#include <algorithm>
#include <array>

#include "core/base/known_secrets.hpp"
#include "core/base/text.hpp"
#include "core/net/redact.hpp"

namespace heygen::provider {
namespace {

/// "vault_token", but not "token_type".
bool ends_like_secret(std::string_view member) {
  constexpr std::array<std::string_view, 5> kEnds{"token", "key", "secret", "password", "cookie"};
  const std::string name = to_lower(member);
  return std::ranges::any_of(kEnds, [&](std::string_view end) { return name.ends_with(end); });
}

void remember_all(const json::Value& value, bool secret) {
  if (value.is_string()) {
    if (secret) remember_secret(value.as_string());
  } else if (value.is_array()) {
    for (const json::Value& item : value.as_array()) remember_all(item, secret);
  } else if (value.is_object()) {
    for (const auto& [name, member] : value.as_object())
      remember_all(member, net::is_secret_name(name) || ends_like_secret(name));
  }
}

}  // namespace

void remember_secrets(const json::Value& state) {
  remember_all(state, false);
}

}  // namespace heygen::provider
