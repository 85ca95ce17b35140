// What can end an exchange while it waits for the network: cancellation (after its grace) and the three time limits.
#pragma once

#include <poll.h>

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "core/net/http.hpp"

namespace heygen::net {

class Watch {
 public:
  using Duration = std::chrono::milliseconds;

  /// The total limit counts from here. `peer` names the other end in messages.
  Watch(const Request& request, std::string peer, const Cancel& cancel, Clock& clock);

  const std::string& peer() const noexcept { return peer_; }
  Clock& clock() const noexcept { return *clock_; }

  void connecting();
  void connected() { connect_end_.reset(); }
  /// Bytes of the request went out: from now on the server may have seen it.
  void sending() noexcept { sent_ = true; }
  /// All of it went out: from now on a cancellation leaves it the grace.
  void sent_all() noexcept { sent_all_ = true; }
  /// The same request starts anew on another connection; a cancellation stops it again at once.
  void restart() noexcept {
    sent_all_ = false;
    grace_end_.reset();
  }

  /// The idle limit counts from here: a byte moved, or an operation starts.
  void touch();
  /// Throws Failure when the exchange must end now.
  void check();
  /// Until a descriptor has an event. False: `at_most` passed first.
  bool wait(std::span<pollfd> descriptors, std::optional<Duration> at_most = std::nullopt);
  void wait(int descriptor, int events);

  Failure failure(Failure::Kind kind, const std::string& what, std::string hint = {}) const;

 private:
  enum class Limit { connect, idle, total, grace };
  struct Deadline {
    Duration at;
    Limit limit;
  };
  Deadline nearest() const;
  Failure expired(Limit limit) const;
  void observe_cancel();

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
  bool sent_ = false;
  bool sent_all_ = false;
};

}  // namespace heygen::net
