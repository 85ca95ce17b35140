// SPDX-License-Identifier: Apache-2.0
// Records which function of which provider is running, for a crash handler to print, and tells a watchdog.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace heygen::provider {

/// What the host runs of a provider: the steps of loading it, then the functions of heygen_provider_1.
enum class Function : unsigned char {
  load,
  init,
  get_api,
  get_extension,
  deinit,
  resolve,
  refresh,
  login,
  revoke,
  report_outcome,
};

/// As printed: "resolve".
const char* name_of(Function function) noexcept;

/// Notified of each call into a provider. All members are called on the calling thread and throw nothing.
class CallObserver {
 public:
  virtual ~CallObserver() = default;
  virtual void begin(Function function) noexcept = 0;
  virtual void end() noexcept = 0;
  /// The provider waits in a service of the host, which has limits of its own and handles cancellation.
  virtual void enter_service() noexcept = 0;
  virtual void leave_service() noexcept = 0;
  /// The provider handles cancellation by itself while it waits for something of its own.
  virtual void polls_cancellation() noexcept = 0;

  // For a provider in a process of its own, whose calls are timed by those who wait for it.

  /// How long the function may run by itself; empty: as long as it takes.
  virtual std::optional<std::chrono::milliseconds> limit(Function) const noexcept { return {}; }
  /// Likewise, once the provider handles cancellation by itself.
  virtual std::optional<std::chrono::milliseconds> limit_of_polling() const noexcept { return {}; }
  /// It has run by itself for a second: "resolve() of provider vault".
  virtual void is_slow(const std::string&) noexcept {}
};

/// Sets the observer of this process; nullptr removes it.
void set_call_observer(CallObserver* observer) noexcept;
/// The observer of this process; nullptr when there is none.
CallObserver* call_observer() noexcept;

/// Who notices that a provider function does not return.
enum class Timed : unsigned char { by_observer, by_caller };

/// Lives while a provider function runs. At most one at a time in the process.
class Breadcrumb {
 public:
  /// `detail` follows the function's name: what a test of the provider is about, say. `provider` is "" where there is
  /// only one.
  Breadcrumb(std::string_view provider, Function function, std::string_view detail = {},
             Timed timed = Timed::by_observer) noexcept;
  ~Breadcrumb();
  Breadcrumb(const Breadcrumb&) = delete;
  Breadcrumb& operator=(const Breadcrumb&) = delete;

 private:
  const Timed timed_;
};

/// Lives while a service of the host runs.
class ServiceScope {
 public:
  ServiceScope() noexcept : observer_(call_observer()) {
    if (observer_ != nullptr) observer_->enter_service();
  }
  ~ServiceScope() {
    if (observer_ != nullptr) observer_->leave_service();
  }
  ServiceScope(const ServiceScope&) = delete;
  ServiceScope& operator=(const ServiceScope&) = delete;

 private:
  CallObserver* observer_;
};

/// The provider function that is running, as "resolve() of provider oauth"; "" when none is. Async-signal-safe.
const char* breadcrumb() noexcept;
/// The ID of that provider; "" when none runs. Async-signal-safe.
const char* breadcrumb_provider() noexcept;

/// A provider runs in this very process, which is not one that the provider forked. Async-signal-safe.
bool is_inside_provider() noexcept;

}  // namespace heygen::provider
