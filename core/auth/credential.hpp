// SPDX-License-Identifier: Apache-2.0
// A credential as the transport may use it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/provider/provider.hpp"

namespace heygen::auth {

/// How long before its expiry a credential counts as expired at most, in seconds. The only such constant.
inline constexpr std::int64_t kSkewSeconds = 60;

class Credential {
 public:
  Credential() = default;
  /// `state`: what the provider was asked with.
  Credential(std::string provider, std::string title, provider::ProviderResult answer,
             json::Value state = json::Object{});

  const std::string& provider() const { return provider_; }
  const std::string& title() const { return title_; }  ///< for messages
  /// "OAuth (browser) credential", with what messages add to it.
  std::string phrase() const { return title_ + " credential" + account_; }
  /// store::CredentialStore::account.
  void set_account(std::string account) { account_ = std::move(account); }
  const std::string& type() const { return answer_.type; }
  const std::string& source() const { return answer_.source; }
  const std::string& scope() const { return answer_.scope; }
  std::optional<std::int64_t> expires_at() const { return answer_.expires_at; }
  bool refreshable() const { return answer_.refreshable; }
  bool this_request_only() const { return answer_.this_request_only; }
  /// The provider's state that it was resolved from.
  const json::Value& state() const { return state_; }

  /// Expired or within the skew, or no header yet. Unknown expiry counts as fresh: a 401 will tell.
  bool stale(std::int64_t now) const;
  /// It has headers and has not expired, or its expiry is unknown.
  bool works(std::int64_t now) const;
  /// Only a login helps: it cannot be refreshed, and has expired, or, where it is stored, is about to. What comes from
  /// elsewhere is good until its expiry.
  bool is_over(std::int64_t now) const { return !answer_.refreshable && (is_stored() ? stale(now) : !works(now)); }
  /// It is in the credentials file, not in a variable, which a provider need not say.
  bool is_stored() const { return answer_.source == "file" && !state_.as_object().empty(); }
  /// Nothing can be done ahead of its expiry.
  void set_good_until_expiry() { skew_ = 0; }
  /// When it was obtained: the skew is then a quarter of its life at most, or a token that lives shorter than the skew
  /// would be refreshed by every command.
  void set_obtained_at(std::int64_t time);
  bool has_headers() const { return !answer_.headers.empty(); }
  /// Fresh whatever its expiry says; otherwise tokens that live shorter than the skew could never be used.
  void mark_just_refreshed() { accepted_ = true; }
  /// From now on its expiry counts.
  void clear_just_refreshed() { accepted_ = false; }
  /// Aborts the process when the credential still needs a refresh: writing such headers is a programming error.
  const std::vector<provider::CredentialHeader>& headers(std::int64_t now) const;
  /// Same headers, compared in constant time.
  bool same_headers(const Credential& other) const { return answer_.headers == other.answer_.headers; }

 private:
  std::string provider_, title_, account_;
  provider::ProviderResult answer_;
  json::Value state_ = json::Object{};
  bool accepted_ = false;
  std::int64_t skew_ = kSkewSeconds;
};

/// What requests meet when it has expired and cannot be refreshed.
Error expired_error(const Credential& credential, std::string hint);

}  // namespace heygen::auth
