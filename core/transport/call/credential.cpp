// SPDX-License-Identifier: Apache-2.0
#include "core/transport/call/credential.hpp"

#include "core/base/clock.hpp"

namespace heygen::transport {

CallCredential::CallCredential(auth::CredentialSource& source, Clock& clock, auth::RequestInfo call)
    : source_(source), clock_(clock), request_(std::move(call)) {}

void CallCredential::obtain() {
  now_ = clock_.now();
  lease_ = source_.obtain(request_);
  if (lease_.refreshed) ++refreshes_;
  is_ready_ = true;
}

void CallCredential::prepare(const auth::RequestInfo& attempt) {
  now_ = clock_.now();
  const bool elsewhere = attempt.url != request_.url;
  request_.path = attempt.path;
  request_.url = attempt.url;
  const bool spent = lease_.credential.this_request_only() && (elsewhere || !is_ready_);
  if (spent || lease_.credential.stale(now_)) obtain();
  is_ready_ = false;
}

bool CallCredential::replace(const net::Response& rejection) {
  request_.refusal.clear();
  for (const net::Header& header : rejection.headers) request_.refusal.emplace_back(header.name, header.value);
  now_ = clock_.now();
  auth::CredentialLease next = source_.refresh(lease_.credential, request_);
  if (can_ask_again() && next.credential.same_headers(lease_.credential)) return false;
  lease_ = std::move(next);
  ++refreshes_;
  return is_ready_ = true;
}

void CallCredential::report(int status) {
  source_.report(lease_.credential, request_, status);
}

}  // namespace heygen::transport
