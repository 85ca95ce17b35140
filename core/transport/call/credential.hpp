// SPDX-License-Identifier: Apache-2.0
// The credential of one API call: obtained, refreshed at most once after a 401, and reported on at the end.
#pragma once

#include <cstdint>

#include "core/auth/session.hpp"
#include "core/net/http.hpp"

namespace heygen {
class Clock;
}

namespace heygen::transport {

class CallCredential {
 public:
  CallCredential(auth::CredentialSource& source, Clock& clock, auth::RequestInfo request);

  /// `checked`: what Session::check() found, or nullptr. Throws what the source throws.
  void obtain(auth::Checked* checked);
  /// Obtains another one if time has made this one stale.
  void keep_fresh();

  const auth::Credential& credential() const noexcept { return lease_.credential; }
  /// The time at which credential() was found fresh, for Credential::headers(): the clock is read before the credential
  /// is obtained, so that it cannot be stale a moment later.
  std::int64_t now() const noexcept { return now_; }

  /// This call has refreshed it, here or while it was obtained.
  bool was_refreshed() const noexcept { return refreshed_; }
  bool can_refresh() const { return !refreshed_ && lease_.credential.refreshable(); }
  /// Another credential after `rejection`, a 401. Throws what the source throws.
  void refresh(const net::Response& rejection);

  /// `status`: of the last response to a request that carried the credential.
  void report(int status);
  /// The error after a 401 that a refresh did not prevent.
  Error rejected_error() { return source_.refused_error(lease_.credential); }

 private:
  auth::CredentialSource& source_;
  Clock& clock_;
  auth::RequestInfo request_;
  auth::CredentialLease lease_;
  std::int64_t now_ = 0;
  bool refreshed_ = false;
};

}  // namespace heygen::transport
