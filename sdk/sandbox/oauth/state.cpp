// SPDX-License-Identifier: Apache-2.0
#include "sdk/sandbox/oauth/state.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "sdk/sandbox/base/text.hpp"
#include "sdk/sandbox/http/digest.hpp"

namespace heygen::sandbox {
namespace {

constexpr std::int64_t kTicketTtl = 600;
/// A client that keeps to its interval may still arrive a little early by the server's watch.
constexpr std::chrono::milliseconds kPollTolerance{100};

std::set<std::string> scope_words(const std::string& scope) {
  std::set<std::string> words;
  for (std::string& word : split(scope, ' ')) {
    if (!word.empty()) words.insert(std::move(word));
  }
  return words;
}

std::string letters_of(std::string_view typed) {
  std::string letters;
  for (const char c : typed) {
    if (c >= 'a' && c <= 'z') letters += static_cast<char>(c - 'a' + 'A');
    if (c >= 'A' && c <= 'Z') letters += c;
  }
  return letters;
}

/// RFC 7636 §4.1
bool is_verifier(std::string_view text) {
  return text.size() >= 43 && text.size() <= 128 && std::all_of(text.begin(), text.end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' || c == '_' || c == '~';
         });
}

template <class Map, class Millis>
void drop_expired(Map& map, Millis now) {
  std::erase_if(map, [&](const auto& entry) { return entry.second.until <= now; });
}

}  // namespace

std::string State::new_browser() {
  return random_id(random_);
}

std::string State::open_ticket(const Question& question, const std::string& browser) {
  const std::lock_guard lock(mutex_);
  drop_expired(tickets_, now());
  std::string ticket = random_token(random_, "");
  tickets_.emplace(ticket, Ticket{question, browser, in(kTicketTtl)});
  return ticket;
}

std::optional<State::Question> State::take_ticket(const std::string& ticket, const std::string& browser) {
  const std::lock_guard lock(mutex_);
  drop_expired(tickets_, now());
  const auto found = tickets_.find(ticket);
  if (found == tickets_.end() || browser.empty() || found->second.browser != browser) return std::nullopt;
  Question question = std::move(found->second.question);
  tickets_.erase(found);
  return question;
}

std::uint64_t State::new_family(const std::string& client_id, const std::string& scope) {
  const std::uint64_t id = families_.size() + 1;
  families_.emplace(id, Family{client_id, scope});
  return id;
}

TokenSet State::issue(std::uint64_t family, const std::string& scope) {
  TokenSet set{random_token(random_, "at-sandbox-"), random_token(random_, "rt-sandbox-"), scope, settings_.access_ttl};
  tokens_.emplace(set.access_token, Token{family, in(settings_.access_ttl), scope});
  Token refresh{family, in(settings_.refresh_ttl), families_.at(family).scope};
  refresh.is_refresh = true;
  tokens_.emplace(set.refresh_token, std::move(refresh));
  return set;
}

std::string State::issue_code(const AuthorizationRequest& request) {
  const std::lock_guard lock(mutex_);
  std::string code = random_token(random_, "code-sandbox-");
  codes_.emplace(code, Code{request, new_family(request.client_id, request.scope), in(settings_.code_ttl)});
  return code;
}

TokenSet State::redeem_code(const std::string& code, const std::string& client_id, const std::string& redirect_uri,
                            const std::string& verifier) {
  const std::lock_guard lock(mutex_);
  const auto found = codes_.find(code);
  if (found == codes_.end()) throw Refusal{"invalid_grant", "This sandbox issued no such code."};
  Code& entry = found->second;
  if (entry.used) {
    families_.at(entry.family).revoked = true;
    throw Refusal{"invalid_grant", "The code was used before. All tokens that came from it are revoked now."};
  }
  entry.used = true;
  if (entry.until <= now()) throw Refusal{"invalid_grant", "The code has expired."};
  if (entry.request.client_id != client_id) throw Refusal{"invalid_grant", "The code belongs to another client_id."};
  if (entry.request.redirect_uri != redirect_uri) {
    throw Refusal{"invalid_grant", "redirect_uri differs from the one in the authorization request."};
  }
  if (!is_verifier(verifier)) {
    throw Refusal{"invalid_grant", "code_verifier must be 43 to 128 unreserved characters (RFC 7636, section 4.1)."};
  }
  if (base64url(sha256(verifier)) != entry.request.code_challenge) {
    throw Refusal{"invalid_grant", "code_verifier does not match the code_challenge."};
  }
  return issue(entry.family, entry.request.scope);
}

TokenSet State::refresh(const std::string& token, const std::string& client_id, const std::string& scope) {
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(token);
  if (found == tokens_.end() || !found->second.is_refresh) {
    throw Refusal{"invalid_grant", "This sandbox issued no such refresh token."};
  }
  Token& entry = found->second;
  Family& family = families_.at(entry.family);
  if (family.client_id != client_id) throw Refusal{"invalid_grant", "The refresh token belongs to another client_id."};
  if (family.revoked) throw Refusal{"invalid_grant", "The refresh token is revoked."};
  if (entry.consumed) {
    family.revoked = true;
    throw Refusal{"invalid_grant", "The refresh token was used before. Its whole family is revoked now."};
  }
  if (entry.until <= now()) throw Refusal{"invalid_grant", "The refresh token has expired."};
  const auto granted = scope_words(family.scope);
  const auto wanted = scope_words(scope);
  if (!std::includes(granted.begin(), granted.end(), wanted.begin(), wanted.end())) {
    throw Refusal{"invalid_scope", "A refresh cannot widen the scope that was granted."};
  }
  entry.consumed = true;
  return issue(entry.family, wanted.empty() ? family.scope : scope);
}

DeviceGrant State::issue_device(const std::string& client_id, const std::string& scope) {
  const std::lock_guard lock(mutex_);
  DeviceGrant grant{random_token(random_, "dc-sandbox-"), random_user_code(random_)};
  Device device;
  device.user_code = grant.user_code;
  device.client_id = client_id;
  device.scope = scope;
  device.since = now();
  device.until = in(settings_.device_ttl);
  device.interval = settings_.interval;
  devices_.emplace(grant.device_code, std::move(device));
  return grant;
}

State::Device* State::waiting_device(std::string_view user_code) {
  for (auto& [key, device] : devices_) {
    if (letters_of(device.user_code) == letters_of(user_code) && device.until > now() &&
        device.answer == Device::Answer::waiting) {
      return &device;
    }
  }
  return nullptr;
}

std::optional<DeviceRequest> State::find_device(const std::string& typed) {
  const std::lock_guard lock(mutex_);
  const Device* device = waiting_device(typed);
  if (device == nullptr) return std::nullopt;
  return DeviceRequest{device->user_code, device->client_id, device->scope};
}

bool State::decide_device(const std::string& user_code, bool approve) {
  const std::lock_guard lock(mutex_);
  Device* device = waiting_device(user_code);
  if (device == nullptr) return false;
  device->answer = approve ? Device::Answer::approved : Device::Answer::denied;
  return true;
}

void State::pace(Device& device) const {
  const Millis at = now();
  const bool early =
      device.last_poll && at - *device.last_poll + kPollTolerance < std::chrono::seconds(device.interval);
  device.last_poll = at;
  if (early) {
    device.interval += 5;  // RFC 8628 §3.5: for this and all later polls
    throw Refusal{"slow_down", "Wait " + std::to_string(device.interval) + " seconds between polls from now on."};
  }
}

TokenSet State::poll_device(const std::string& device_code, const std::string& client_id) {
  const std::lock_guard lock(mutex_);
  const auto found = devices_.find(device_code);
  if (found == devices_.end()) throw Refusal{"invalid_grant", "This sandbox issued no such device code."};
  Device& device = found->second;
  if (device.client_id != client_id) throw Refusal{"invalid_grant", "The device code belongs to another client_id."};
  if (device.answer == Device::Answer::collected) throw Refusal{"invalid_grant", "The device code was used before."};
  if (device.until <= now())
    throw Refusal{"expired_token", "The code expired before it was approved. Request a new device code."};
  pace(device);
  if (settings_.auto_approve && device.answer == Device::Answer::waiting &&
      now() - device.since + kPollTolerance >= std::chrono::seconds(settings_.interval)) {
    device.answer = Device::Answer::approved;
  }
  if (device.answer == Device::Answer::denied) throw Refusal{"access_denied", "The user denied the request."};
  if (device.answer == Device::Answer::waiting) {
    throw Refusal{"authorization_pending", "The user has not answered yet."};
  }
  device.answer = Device::Answer::collected;
  return issue(new_family(device.client_id, device.scope), device.scope);
}

void State::revoke(const std::string& token, const std::string& client_id) {
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(token);
  if (found == tokens_.end()) return;  // RFC 7009 §2.2: nothing to do is success
  Family& family = families_.at(found->second.family);
  if (family.client_id != client_id) throw Refusal{"invalid_grant", "The token belongs to another client_id."};
  (found->second.is_refresh ? family.revoked : found->second.revoked) = true;
}

std::string State::state_of(const Token& token) const {
  if (token.revoked || families_.at(token.family).revoked) return "revoked";
  if (token.consumed) return "consumed";
  return token.until <= now() ? "expired" : "active";
}

std::string State::token_state(const std::string& token) {
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(token);
  return found == tokens_.end() ? "unknown" : state_of(found->second);
}

std::optional<std::string> State::check_access(const std::string& token) {
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(token);
  if (found == tokens_.end() || found->second.is_refresh || state_of(found->second) != "active") return std::nullopt;
  return found->second.scope;
}

void State::expire_access() {
  const std::lock_guard lock(mutex_);
  for (auto& [value, token] : tokens_) {
    if (!token.is_refresh) token.until = std::min(token.until, now());
  }
}

}  // namespace heygen::sandbox
