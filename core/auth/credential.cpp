// SPDX-License-Identifier: Apache-2.0
#include "core/auth/credential.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace heygen::auth {

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

}  // namespace heygen::auth
