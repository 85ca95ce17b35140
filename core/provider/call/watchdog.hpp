// SPDX-License-Identifier: Apache-2.0
// Notices a provider that neither returns nor asks the host for anything.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/provider/breadcrumb.hpp"

namespace heygen::provider {

/// How much longer a login may take, and a call that handles cancellation by itself: it may wait for the user.
inline constexpr int kInteractiveTimeoutFactor = 10;

/// Watches all calls of the process while it lives. Its thread starts with the first call.
class Watchdog : public CallObserver {
 public:
  using Time = std::chrono::milliseconds;
  /// `on_hang` runs once, on the watchdog's thread, while the provider still hangs: it names the function and provider,
  /// as the breadcrumb does, and says how long was waited.
  using OnHang = std::function<void(const std::string& where, Time waited)>;

  /// Runs once per call that has lasted a second, on the watchdog's thread, while the provider works by itself. The
  /// thread of the call waits until it returns. Not for logins, which may be asking the user something.
  using OnSlow = std::function<void(const std::string& where)>;

  /// A call hangs after `timeout`; a login after kInteractiveTimeoutFactor times as long.
  Watchdog(Time timeout, OnHang on_hang, OnSlow on_slow = {});
  ~Watchdog() override;
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  void begin(Function function) noexcept override;
  void end() noexcept override;
  void enter_service() noexcept override;
  void leave_service() noexcept override;
  void polls_cancellation() noexcept override;
  std::optional<Time> limit(Function function) const noexcept override;
  std::optional<Time> limit_of_polling() const noexcept override;
  void is_slow(const std::string& where) noexcept override;

 private:
  class Watch;
  const std::shared_ptr<Watch> watch_;  ///< with its thread, which ends by itself when it wakes without a watchdog
};

}  // namespace heygen::provider
