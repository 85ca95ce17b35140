// SPDX-License-Identifier: Apache-2.0
// The one place that decides whether a credential is fresh, is refreshed, or needs a login; refreshes take a lock.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/auth/resolver.hpp"
#include "core/base/audit_event.hpp"

namespace heygen::auth {

/// A credential for one API call, and whether getting it took a refresh by this process.
struct CredentialLease {
  Credential credential;
  bool refreshed = false;
  bool kept = false;  ///< since an earlier request
};

/// What the transport needs of a session; tests replace it.
class CredentialSource {
 public:
  virtual ~CredentialSource() = default;
  /// Never stale; for one attempt if Credential::this_request_only(). Throws Error.
  virtual CredentialLease obtain(const RequestInfo& request) = 0;
  /// After a 401 on `refused`, whose headers are in `request.refusal`: another credential, from the file or by one
  /// refresh; for one that cannot be refreshed, what the provider gives now. Throws Error{auth_error} when only a login
  /// helps, and Error{network_error} when the token endpoint cannot be reached.
  virtual CredentialLease refresh(const Credential& refused, const RequestInfo& request) = 0;
  /// After the final response.
  virtual void report(const Credential& used, const RequestInfo& request, int http_status) = 0;
  /// The error for a credential that the API rejects although it was just refreshed.
  virtual Error refused_error(const Credential& used) = 0;
};

/// The credentials of one command. A provider is asked once for a credential that serves any request, which is kept
/// until it is stale or refused; for one that serves one request only, at every attempt.
class Session : public CredentialSource {
 public:
  /// How long one process waits for another's refresh.
  static constexpr std::chrono::milliseconds kLockDeadline{45'000};
  /// How long a refresh ahead of the expiry may delay a request, at most: half of the life that the token has left, if
  /// that is less.
  static constexpr std::chrono::milliseconds kLongestDelay{5'000};

  Session(Resolver& resolver, Clock& clock, Terminal& terminal, const Cancel& cancel);

  /// Called before the first request with a provider's credential, and again before the first one after a refresh by
  /// this process. What it throws, obtain() and refresh() throw, and the credential is not used.
  Audit on_use{};
  /// Called after each refresh by this process, well or not.
  Audit on_refresh{};

  /// Resolves without a refresh, so that a command can say "log in" before it looks at the rest of its input. The first
  /// request gets the answer, if it is good for it. Throws as obtain() does.
  void check(const RequestInfo& request);

  /// Waits for the response of a refresh that was sent ahead of time and had no response when its request went out, and
  /// stores it: the server may have replaced the refresh token. Call it after the last request.
  void finish();

  CredentialLease obtain(const RequestInfo& request) override;
  CredentialLease refresh(const Credential& refused, const RequestInfo& request) override;
  void report(const Credential& used, const RequestInfo& request, int http_status) override;
  Error refused_error(const Credential& used) override;

  /// What the last request had; nullptr before the first, and after a 401.
  const Credential* last() const { return last_ ? &*last_ : nullptr; }

 private:
  /// What check() resolved.
  struct Ahead {
    RequestInfo request;
    std::shared_ptr<const std::string> body;  ///< what `request.body` is a view of
    Credential credential;
  };
  /// One refresh, with what it holds until its result is stored.
  struct Refresh {
    Credential seen;
    RequestInfo request;
    provider::ProviderRequest ask;
    store::RefreshLock lock;
    std::unique_ptr<FileReplacement> room{};
    std::optional<store::PendingLogin> copy{};
    std::int64_t asked_at = 0;
  };

  /// What check() found, if it is good for this request; otherwise another one.
  Credential take_checked_or_resolve(const RequestInfo& request);
  CredentialLease make_fresh(Credential credential, const RequestInfo& request);
  /// Remembers it for the requests to come.
  CredentialLease keep(CredentialLease lease);

  /// `wait_limit`: of a refresh ahead of time.
  CredentialLease refresh_locked(const Credential& seen, const RequestInfo& request, provider::Reason reason,
                                 std::optional<std::chrono::milliseconds> wait_limit = {});
  /// Makes sure of a place for what a refresh brings.
  void reserve_place(Refresh& refresh);
  void tell_use(const CredentialLease& lease);
  /// `failure`: nullptr for a refresh that succeeded.
  void tell_refresh(const std::string& id, const Error* failure) const;
  /// Asks the provider, and stores what it gives.
  CredentialLease carry_out(Refresh refresh);
  /// A refresh ahead of time: its failure is a warning.
  CredentialLease refresh_ahead(Credential credential, const RequestInfo& request);
  /// Takes the response of what was left under way, if it comes within `wait_limit`.
  void resume_unfinished(std::optional<std::chrono::milliseconds> wait_limit);
  /// Stores what a refresh brought, and resolves it.
  CredentialLease take_refreshed(Refresh refresh, const json::Value& patch);
  /// A refresh that changed no state: a refusal may only ask for a nonce, and what is kept elsewhere may be dropped.
  CredentialLease take_unchanged(const Refresh& refresh);
  Error headerless_error(const std::string& id);
  /// The credential in the file, if its state is another one than that of `seen`, and it has not expired.
  std::optional<Credential> refreshed_by_another(const Credential& seen, const RequestInfo& request,
                                                 provider::Reason reason);
  /// The provider's answer to one refresh. Throws, and tells those who wait for the lock, when it failed; the
  /// credential of another program, if that has refreshed meanwhile, goes to `other`. Moves `refresh` to `unfinished_`
  /// and throws when its response is not there yet.
  provider::ProviderResult refresh_now(Refresh& refresh, std::optional<Credential>& other);
  /// False: the entry has changed meanwhile, and the result is not wanted.
  bool save(const std::string& id, Refresh& refresh, const json::Value& patch);
  /// From now on what the refresh brought outlives this process, in a file of its own until it is stored: its path, or
  /// "".
  static std::string keep_copy(const std::string& id, Refresh& refresh, const json::Value& patch);
  /// After a login or logout of a program that knows no lock: what the file has now.
  CredentialLease replaced_meanwhile(const RequestInfo& request);
  /// Resolves, with what is known of the credential's life.
  Credential resolve(const RequestInfo& request);
  void learn_life(Credential& credential);

  /// Throws when the credential has expired for good.
  void require_usable(const Credential& credential);

  Resolver& resolver_;
  Clock& clock_;
  Terminal& terminal_;
  const Cancel& cancel_;
  std::optional<Refresh> unfinished_;
  std::optional<Ahead> ahead_;
  std::optional<Credential> last_;
  std::vector<std::string> used_;  ///< providers whose use was recorded
};

}  // namespace heygen::auth
