// SPDX-License-Identifier: Apache-2.0
// The one place that decides whether a credential is fresh, is refreshed, or needs a login; refreshes take a lock.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "core/auth/resolver.hpp"

namespace heygen::auth {

/// A credential for one API call, and whether getting it took a refresh by this process.
struct CredentialLease {
  Credential credential;
  bool refreshed = false;
};

/// A credential that Session::check() resolved ahead of its request.
struct Checked {
  RequestInfo request;
  std::optional<Credential> credential;  ///< empty once a request took it
};

/// What the transport needs of a session; tests replace it.
class CredentialSource {
 public:
  virtual ~CredentialSource() = default;
  /// Never stale. Takes the credential of `checked`, when there is one that is good for this request, and resolves
  /// another otherwise. Throws Error.
  virtual CredentialLease obtain(const RequestInfo& request, Checked* checked) = 0;
  /// After a 401 on `refused`: another credential, from the file or by one refresh. Throws Error{auth_error} when only
  /// a login helps, and Error{network_error} when the token endpoint cannot be reached.
  virtual CredentialLease refresh(const Credential& refused, const RequestInfo& request,
                                  const std::string& www_authenticate) = 0;
  /// After the final response.
  virtual void report(const Credential& used, const RequestInfo& request, int http_status) = 0;
  /// The error for a credential that the API rejects although it was just refreshed.
  virtual Error refused_error(const Credential& used) = 0;
};

class Session : public CredentialSource {
 public:
  /// How long one process waits for another's refresh.
  static constexpr std::chrono::milliseconds kLockDeadline{45'000};
  /// How long a refresh ahead of the expiry may delay a request, at most: half of the life that the token has left, if
  /// that is less.
  static constexpr std::chrono::milliseconds kLongestDelay{5'000};

  Session(Resolver& resolver, Clock& clock, Terminal& terminal, const Cancel& cancel);

  /// Resolves without any network, so that a command can say "log in" before it looks at the rest of its input. The
  /// first request gets the answer, so that a provider that prompts does so once. Throws as obtain() does.
  Checked check(const RequestInfo& request);

  /// Waits for the response of a refresh that was sent ahead of time and had no response when its request went out, and
  /// stores it: the server may have replaced the refresh token. Call it after the last request.
  void finish();

  CredentialLease obtain(const RequestInfo& request, Checked* checked = nullptr) override;
  CredentialLease refresh(const Credential& refused, const RequestInfo& request,
                          const std::string& www_authenticate) override;
  void report(const Credential& used, const RequestInfo& request, int http_status) override;
  Error refused_error(const Credential& used) override;

 private:
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

  /// `wait_limit`: of a refresh ahead of time.
  CredentialLease refresh_locked(const Credential& seen, const RequestInfo& request, provider::Reason reason,
                                 const std::string& www_authenticate,
                                 std::optional<std::chrono::milliseconds> wait_limit = {});
  /// Asks the provider, and stores what it gives.
  CredentialLease carry_out(Refresh refresh);
  /// A refresh ahead of time: its failure is a warning.
  CredentialLease refresh_ahead(Credential credential, const RequestInfo& request);
  /// Takes the response of what was left under way, if it comes within `wait_limit`.
  void resume_unfinished(std::optional<std::chrono::milliseconds> wait_limit);
  /// The credential in the file, if it is another one than `seen` and has not expired.
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

  /// Throws when the credential has expired for good.
  void require_usable(const Credential& credential);

  Resolver& resolver_;
  Clock& clock_;
  Terminal& terminal_;
  const Cancel& cancel_;
  std::optional<Refresh> unfinished_;
};

}  // namespace heygen::auth
