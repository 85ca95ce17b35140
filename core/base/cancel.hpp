// Cancellation: one flag and one pollable descriptor, set from a signal handler.
#pragma once

#include <atomic>

namespace heygen {

/// Set once by request(), never reset. All members are thread-safe; request() is async-signal-safe.
class Cancel {
 public:
  Cancel();  ///< throws Error when the system gives no descriptor
  ~Cancel();
  Cancel(const Cancel&) = delete;
  Cancel& operator=(const Cancel&) = delete;

  void request() noexcept;
  bool requested() const noexcept { return requested_.load(); }
  /// Polls readable once requested. Owned by this object.
  int descriptor() const noexcept { return event_; }

 private:
  std::atomic<bool> requested_{false};
  int event_ = -1;
};

}  // namespace heygen
