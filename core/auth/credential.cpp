// SPDX-License-Identifier: Apache-2.0
#include "core/auth/credential.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "core/base/clock.hpp"

namespace heygen::auth {

namespace {

/// "expired on 2026-01-02 03:04 UTC"
std::string expiry_phrase(std::optional<std::int64_t> expires_at) {
  if (!expires_at) return "has expired";
  constexpr std::size_t kMinutes = 16;  // of 2026-01-02T03:04:05Z
  std::string time = format_time(*expires_at).substr(0, kMinutes);
  std::ranges::replace(time, 'T', ' ');
  return "expired on " + time + " UTC";
}

}  // namespace

Credential::Credential(std::string provider, std::string title, provider::ProviderResult answer, json::Value state)
    : provider_(std::move(provider)), title_(std::move(title)), answer_(std::move(answer)), state_(std::move(state)) {}

bool Credential::stale(std::int64_t now) const {
  if (answer_.headers.empty()) return true;
  if (accepted_ || !answer_.expires_at) return false;
  return *answer_.expires_at - now <= skew_;
}

bool Credential::works(std::int64_t now) const {
  return has_headers() && (!answer_.expires_at || *answer_.expires_at > now);
}

void Credential::set_obtained_at(std::int64_t time) {
  constexpr std::int64_t kPart = 4;
  if (answer_.expires_at) skew_ = std::clamp<std::int64_t>((*answer_.expires_at - time) / kPart, 0, kSkewSeconds);
}

const std::vector<provider::CredentialHeader>& Credential::headers(std::int64_t now) const {
  if (stale(now)) {
    std::fputs("heygen: a stale credential was about to be sent\n", stderr);
    std::abort();
  }
  return answer_.headers;
}

Error expired_error(const Credential& credential, std::string hint) {
  const std::string stored = credential.is_stored() ? "stored " : "";
  return auth_error(
      "The " + stored + credential.phrase() + " " + expiry_phrase(credential.expires_at()) + ": login required.",
      std::move(hint));
}

}  // namespace heygen::auth
