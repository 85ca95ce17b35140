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
  /// While it is on, nobody looks at requested(), and nothing would be lost: an interrupt may end the process at once.
  void set_unheeded(bool on) noexcept { unheeded_.store(on); }
  bool unheeded() const noexcept { return unheeded_.load(); }
  /// Polls readable once requested. Owned by this object.
  int descriptor() const noexcept { return event_; }

 private:
  std::atomic<bool> requested_{false}, unheeded_{false};
  int event_ = -1;
};

}  // namespace heygen
