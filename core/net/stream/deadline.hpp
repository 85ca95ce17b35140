// SPDX-License-Identifier: Apache-2.0
// What can end an exchange while it waits for the network: cancellation (after its grace) and the three time limits.
#pragma once

#include <poll.h>

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "core/net/http.hpp"

namespace heygen {
class Clock;
}

namespace heygen::net {

/// Cancellation and time limits of one exchange, and the only place where core/net waits.
class ExchangeDeadline {
 public:
  using Duration = std::chrono::milliseconds;

  /// The total limit counts from here. `peer` names the other end in messages.
  ExchangeDeadline(const Request& request, std::string peer, const Cancel& cancel, Clock& clock);

  const std::string& peer() const noexcept { return peer_; }
  Clock& clock() const noexcept { return *clock_; }

  /// Between these two the connect limit counts in place of the idle limit.
  void connecting();
  void connected() { connect_end_.reset(); }
  /// Bytes of the request went out: from now on the server may have seen it.
  void sending() noexcept { sent_ = true; }
  /// All of it went out: from now on a cancellation leaves the exchange its grace.
  void sent_all() noexcept { sent_all_ = true; }
  /// The same request starts again on another connection; a cancellation stops it at once, as before it was sent.
  void restart() noexcept {
    sent_all_ = false;
    grace_end_.reset();
  }

  /// The idle limit counts from here: a byte moved, or an operation starts.
  void touch();
  /// Throws Failure when the exchange must end now. Past a limit, what has arrived already may still be read for a
  /// moment: the process may have been stopped meanwhile.
  void check();
  /// Waits until a descriptor has an event. False: `at_most` passed first. Throws as check() does, but not while a
  /// descriptor has an event. The time in which the process was stopped counts for no limit.
  bool wait(std::span<pollfd> descriptors, std::optional<Duration> at_most = std::nullopt);
  void wait(int descriptor, int events);

  /// A failure that knows whether the request may have reached the server.
  Failure failure(Failure::Kind kind, const std::string& what, std::string hint = {}) const;

 private:
  enum class Limit { connect, idle, total, grace };
  struct End {
    Duration at;
    Limit limit;
  };
  End nearest() const;
  Failure expired(Limit limit) const;
  void observe_cancel();
  /// Moves every limit by a time in which the process did not run.
  void postpone(Duration stopped);

  std::string peer_;
  Timeouts limits_;
  Duration grace_;
  std::function<void()> on_wait_;
  const Cancel* cancel_;
  Clock* clock_;
  Duration start_;
  Duration touched_;
  std::optional<Duration> connect_end_;
  std::optional<Duration> grace_end_;
  std::optional<Duration> last_look_;  ///< past a limit: how long what has arrived may still be read
  bool sent_ = false;
  bool sent_all_ = false;
};

}  // namespace heygen::net
