// SPDX-License-Identifier: Apache-2.0
// Cancellation: one flag and one pollable descriptor, set from a signal handler.
#pragma once

#include <atomic>
#include <string>

#include "core/base/fd.hpp"

namespace heygen {

/// A result that would be lost with the process.
struct LastOutput {
  int descriptor;
  std::string text;
};

/// Set once by request(), never reset. All members are thread-safe; request() is async-signal-safe.
class Cancel {
 public:
  Cancel();  ///< throws Error when the system gives no descriptor
  Cancel(const Cancel&) = delete;
  Cancel& operator=(const Cancel&) = delete;
  ~Cancel() = default;

  void request() noexcept;
  bool requested() const noexcept { return requested_.load(); }
  /// While it is on, nothing polls requested(), and nothing but the last output would be lost: an interrupt may end the
  /// process at once.
  void allow_immediate_exit(bool on) noexcept { immediate_exit_allowed_.store(on); }
  bool immediate_exit_allowed() const noexcept { return immediate_exit_allowed_.load(); }
  /// What a second interrupt says before it ends the process: the hint of the error, as the inside of a JSON string, or
  /// nullptr. Not owned: it lives until another is set.
  void set_last_words(const char* hint) noexcept { last_words_.store(hint); }
  const char* last_words() const noexcept { return last_words_.load(); }
  /// What is still to be written before an interrupt ends the process at once, or nullptr. Not owned: it lives until
  /// another is set.
  void set_last_output(const LastOutput* output) noexcept { last_output_.store(output); }
  const LastOutput* last_output() const noexcept { return last_output_.load(); }
  /// Polls readable once requested. Owned by this object.
  int descriptor() const noexcept { return event_.get(); }

 private:
  std::atomic<bool> requested_{false}, immediate_exit_allowed_{false};
  std::atomic<const char*> last_words_{nullptr};
  std::atomic<const LastOutput*> last_output_{nullptr};
  UniqueFd event_;
};

}  // namespace heygen
