// SPDX-License-Identifier: Apache-2.0
// The sockets of the sandbox.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sdk/sandbox/base/clock.hpp"
#include "sdk/sandbox/oauth/state.hpp"

namespace heygen::sandbox {

class Server {
 public:
  /// Listens on the loopback address `host`; port 0 takes a free one. Answers from now on, on threads of its own.
  /// Throws Failure.
  Server(const std::string& host, std::uint16_t port, const Settings& settings, const std::string& log_file,
         const Clock& clock, Random& random);
  /// Stops at once; open connections are cut.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// "http://127.0.0.1:PORT"
  const std::string& issuer() const;
  /// The variables that make heygen talk to this server.
  std::vector<std::pair<std::string, std::string>> environment() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace heygen::sandbox
