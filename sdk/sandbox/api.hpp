// SPDX-License-Identifier: Apache-2.0
// The API under /v3: who may ask, and which route answers. And the files that the account's things point to.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "sdk/sandbox/api/account.hpp"
#include "sdk/sandbox/api/keys.hpp"
#include "sdk/sandbox/api/route.hpp"
#include "sdk/sandbox/base/clock.hpp"
#include "sdk/sandbox/http/http.hpp"
#include "sdk/sandbox/oauth/state.hpp"

namespace heygen::sandbox {

/// Thread-safe: one call at a time.
class Api {
 public:
  Api(std::string issuer, State& state, const Clock& clock, Random& random);

  /// Any path under /v3. Checks the credential first.
  Response handle(const Request& request);
  /// /files/NAME: what video_url, audio_url and their like point to. Asks for no credential, as signed links do not.
  Response file(const Request& request);
  /// /uploads/ID: where direct uploads go.
  Response upload(const Request& request);
  /// Disturbs the next request with an idempotency key.
  void interrupt(Interruption how);
  /// The account as it was at the start. Credentials stay.
  void reset();

 private:
  Credential check_credential(const Request& request);
  Response dispatch(const Request& request, Credential credential);
  Response call(const Route& route, const Call& call);
  Response act(const Route& route, Call call);

  const std::string issuer_;
  State& state_;
  const Clock& clock_;
  Random& random_;
  std::mutex mutex_;
  std::unique_ptr<Account> account_;
  Keys keys_;
};

}  // namespace heygen::sandbox
