// SPDX-License-Identifier: Apache-2.0
// Cancellation: one flag and one pollable descriptor, set from a signal handler.
#pragma once

#include <atomic>
#include <string>

#include "core/base/error.hpp"
#include "core/base/fd.hpp"

namespace heygen {

/// A result that would be lost with the process.
struct LastOutput {
  int descriptor;
  std::string text;
};

/// What the error says when the process ends at once.
struct LastWords {
  std::string hint;
  JobReference job;
  // The same as JSON, which a signal handler cannot make.
  std::string hint_json;  ///< the inside of a string
  std::string job_json;   ///< an object
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
  /// What is said when the process ends at once, or nullptr. Not owned: it lives until another is set.
  void set_last_words(const LastWords* words) noexcept { last_words_.store(words); }
  const LastWords* last_words() const noexcept { return last_words_.load(); }
  /// What is still to be written before the process ends at once, or nullptr. Not owned: it lives until
  /// another is set.
  void set_last_output(const LastOutput* output) noexcept { last_output_.store(output); }
  const LastOutput* last_output() const noexcept { return last_output_.load(); }
  /// Polls readable once requested. Owned by this object.
  int descriptor() const noexcept { return event_.get(); }

 private:
  std::atomic<bool> requested_{false}, immediate_exit_allowed_{false};
  std::atomic<const LastWords*> last_words_{nullptr};
  std::atomic<const LastOutput*> last_output_{nullptr};
  UniqueFd event_;
};

}  // namespace heygen
