// The API under /v3: who may ask, and which route answers. And the files that the account's things point to.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "core/base/clock.hpp"
#include "core/base/random.hpp"
#include "sdk/sandbox/api/account.hpp"
#include "sdk/sandbox/api/route.hpp"
#include "sdk/sandbox/http/http.hpp"
#include "sdk/sandbox/oauth/state.hpp"

namespace heygen::sandbox {

/// Thread-safe: one call at a time.
class Api {
 public:
  Api(std::string issuer, State& state, Clock& clock, Random& random);

  /// Any path under /v3. Checks the credential first.
  Reply handle(const Request& request);
  /// /files/NAME: what video_url, audio_url and their like point to. Asks for no credential, as signed links do not.
  Reply file(const Request& request);
  /// /uploads/ID: where direct uploads go.
  Reply upload(const Request& request);
  /// The account as it was at the start. Credentials stay.
  void reset();

 private:
  Credential check_credential(const Request& request);
  Reply dispatch(const Request& request, Credential credential);
  Reply call(const Route& route, Call call);

  const std::string issuer_;
  State& state_;
  Clock& clock_;
  Random& random_;
  std::mutex mutex_;
  std::unique_ptr<Account> account_;
};

}  // namespace heygen::sandbox
