// SPDX-License-Identifier: Apache-2.0
// The credential of one API call: obtained for its attempts, refreshed after a 401, and reported on at the end.
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
  /// `call`: before anything of it is sent.
  CallCredential(auth::CredentialSource& source, Clock& clock, auth::RequestInfo call);

  /// Makes sure of one for an attempt of the call: obtains another if time has made this one stale, or if it was made
  /// for one attempt. Throws what the source throws.
  void prepare(const auth::RequestInfo& attempt);
  /// For a call that has no URL.
  void obtain();

  const auth::Credential& credential() const noexcept { return lease_.credential; }
  /// The time at which credential() was found fresh, for Credential::headers(): the clock is read before the credential
  /// is obtained, so that it cannot be stale a moment later.
  std::int64_t now() const noexcept { return now_; }

  /// This call has refreshed it, here or while it was obtained.
  bool was_refreshed() const noexcept { return refreshes_ > 0; }
  /// Once a call; twice where each attempt is signed: one refusal may ask for a nonce (RFC 9449 §9), one for another
  /// token.
  bool can_refresh() const {
    return lease_.credential.refreshable() && refreshes_ < (lease_.credential.this_request_only() ? 2 : 1);
  }
  /// It is from an earlier request, and the user may have replaced it since.
  bool can_ask_again() const { return lease_.kept && !lease_.credential.refreshable(); }
  /// Another credential after `rejection`, a 401. False: it is the same one. Throws what the source throws.
  bool replace(const net::Response& rejection);

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
  int refreshes_ = 0;
  bool is_ready_ = false;  ///< no attempt has had it yet
};

}  // namespace heygen::transport
