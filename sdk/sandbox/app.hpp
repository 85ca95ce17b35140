// SPDX-License-Identifier: Apache-2.0
// The whole sandbox above the sockets: which part answers which path, what is logged, who may ask.
#pragma once

#include <cstdint>
#include <string>

#include "sdk/sandbox/api.hpp"
#include "sdk/sandbox/base/clock.hpp"
#include "sdk/sandbox/http/http.hpp"
#include "sdk/sandbox/oauth/oauth.hpp"
#include "sdk/sandbox/oauth/state.hpp"
#include "sdk/sandbox/request_log.hpp"

namespace heygen::sandbox {

/// Thread-safe.
class App {
 public:
  /// authority: the host and port that the server listens on, as in a URL. Throws Failure (log file).
  App(const std::string& authority, const Settings& settings, const std::string& log_file, const Clock& clock,
      Random& random);

  Response handle(const Request& request);
  /// How many bytes of a body are kept for this path. More than that is read and thrown away.
  static std::uint64_t body_limit(const std::string& path);
  /// True when the body may be too large for memory: it then comes as Request::upload.
  static bool is_upload(const Request& head);
  const std::string& issuer() const { return issuer_; }

 private:
  Response route(const Request& request);
  Response hook(const Request& request);
  /// A page in a browser must have been asked for under our own name, or a foreign site could have its name resolve to
  /// this machine and read it (DNS rebinding).
  bool is_own_host(const Request& request) const;

  const std::string authority_;
  const std::string issuer_;
  const Clock& clock_;
  Random& random_;
  State state_;
  OAuth oauth_;
  Api api_;
  RequestLog log_;
};

}  // namespace heygen::sandbox
