// Leaves the name of the provider function that is about to run, for a crash handler to print, and tells a watchdog.
#pragma once

#include <string_view>

namespace heygen::provider {

/// Told of each call into a provider. All members are called on the calling thread and throw nothing.
class CallObserver {
 public:
  virtual ~CallObserver() = default;
  virtual void begin(std::string_view function) noexcept = 0;
  virtual void end() noexcept = 0;
  /// The provider waits in a service of the host, which has limits of its own and heeds cancellation.
  virtual void enter_service() noexcept = 0;
  virtual void leave_service() noexcept = 0;
  /// The provider heeds cancellation by itself while it waits for something of its own.
  virtual void polls_cancellation() noexcept = 0;
};

/// The one that is told from now on; nullptr: nobody.
void set_call_watch(CallObserver* watch) noexcept;
/// Or nullptr.
CallObserver* call_watch() noexcept;

/// At most one at a time in the process; nested ones are the caller's mistake.
class Breadcrumb {
 public:
  Breadcrumb(std::string_view provider, std::string_view function) noexcept;
  ~Breadcrumb();
  Breadcrumb(const Breadcrumb&) = delete;
  Breadcrumb& operator=(const Breadcrumb&) = delete;
};

/// Lives while a service of the host runs.
class ServiceScope {
 public:
  ServiceScope() noexcept : watch_(call_watch()) {
    if (watch_ != nullptr) watch_->enter_service();
  }
  ~ServiceScope() {
    if (watch_ != nullptr) watch_->leave_service();
  }
  ServiceScope(const ServiceScope&) = delete;
  ServiceScope& operator=(const ServiceScope&) = delete;

 private:
  CallObserver* watch_;
};

}  // namespace heygen::provider
