// SPDX-License-Identifier: Apache-2.0
// Connections kept alive between exchanges.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/net/stream/connection.hpp"

namespace heygen {
class Clock;
}

namespace heygen::net {

/// Thread-safe.
class Pool {
 public:
  using Duration = std::chrono::milliseconds;

  explicit Pool(Clock& clock) : clock_(clock) {}

  /// A connection that is still open and silent, or nullptr.
  std::unique_ptr<Connection> take(const std::string& key);
  void put(const std::string& key, std::unique_ptr<Connection> connection, Duration keep_for);

  /// How long the server will keep an idle connection, less some travel time.
  static Duration keep_time(const Headers& headers);

 private:
  struct Idle {
    std::unique_ptr<Connection> connection;
    Duration good_until;
  };

  Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, std::vector<Idle>> idle_;
};

}  // namespace heygen::net
