// SPDX-License-Identifier: Apache-2.0
#include "core/transport/call/credential.hpp"

#include "core/base/clock.hpp"

namespace heygen::transport {

CallCredential::CallCredential(auth::CredentialSource& source, Clock& clock, auth::RequestInfo request)
    : source_(source), clock_(clock), request_(std::move(request)) {}

void CallCredential::obtain(auth::Checked* checked) {
  now_ = clock_.now();
  lease_ = source_.obtain(request_, checked);
  refreshed_ = refreshed_ || lease_.refreshed;
}

void CallCredential::keep_fresh() {
  now_ = clock_.now();
  if (lease_.credential.stale(now_)) obtain(nullptr);
}

void CallCredential::refresh(const net::Response& rejection) {
  const std::string* challenge = net::find_header(rejection.headers, "WWW-Authenticate");
  now_ = clock_.now();
  lease_ = source_.refresh(lease_.credential, request_, challenge == nullptr ? std::string{} : *challenge);
  refreshed_ = true;
}

void CallCredential::report(int status) {
  source_.report(lease_.credential, request_, status);
}

}  // namespace heygen::transport
