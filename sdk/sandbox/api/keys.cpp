// SPDX-License-Identifier: Apache-2.0
#include "sdk/sandbox/api/keys.hpp"

#include <algorithm>
#include <utility>

namespace heygen::sandbox {
namespace {

constexpr std::size_t kLongestKey = 255;
constexpr std::int64_t kWindow = 24 * 3600;

bool is_of_key(char c) {
  const auto letter = static_cast<char>(c | 0x20);
  return (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == ':' || c == '.' || c == '-';
}

}  // namespace

void Keys::check(const std::string& key) {
  if (key.empty() || key.size() > kLongestKey || !std::all_of(key.begin(), key.end(), is_of_key)) {
    throw Invalid{"Idempotency-Key", "Idempotency-Key takes 1 to 255 letters, digits, and the characters _ : . -"};
  }
}

const Response* Keys::find(const std::string& scope, std::int64_t now) {
  const auto at = kept_.find(scope);
  if (at == kept_.end()) return nullptr;
  if (now - at->second.at >= kWindow) {
    kept_.erase(at);
    return nullptr;
  }
  if (at->second.in_progress == 0) return &at->second.response;
  --at->second.in_progress;
  busy_ = api_error(409, "request_in_progress", "An earlier request with this Idempotency-Key is still in progress.");
  busy_.with("Retry-After", "1");
  return &busy_;
}

Response Keys::keep(const std::string& scope, const Response& response, std::int64_t now) {
  constexpr int kBusyFor = 2;
  const Interruption how = std::exchange(next_, Interruption::none);
  kept_[scope] = {response, now, how == Interruption::pending ? kBusyFor : 0};
  if (how == Interruption::error) return api_error(502, "bad_gateway", "The sandbox was asked to answer so.");
  Response sent = response;
  sent.dropped = how != Interruption::none;
  return sent;
}

void Keys::clear() {
  kept_.clear();
  next_ = Interruption::none;
}

}  // namespace heygen::sandbox
