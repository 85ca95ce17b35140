// SPDX-License-Identifier: Apache-2.0
// The mode of the terminal on stdin: changed for a prompt, and put back whatever happens to the process meanwhile.
#pragma once

namespace heygen {

/// Another mode of the terminal on stdin, for the lifetime of this object. At most one at a time.
///
/// A stopped process (Ctrl-Z, SIGTSTP, SIGSTOP) leaves the terminal to the shell as it was, and takes it back in this
/// mode when it continues, as readpassphrase(3) does: what is typed after `fg` is as hidden as before.
class TerminalMode {
 public:
  enum class Kind {
    hidden,  ///< by line, without echo; Ctrl-C stays a signal
    keys,    ///< key by key, without echo; Ctrl-C comes as byte 3
    silent,  ///< as it comes, without echo; Ctrl-C stays a signal
  };
  explicit TerminalMode(Kind kind);
  ~TerminalMode();
  TerminalMode(const TerminalMode&) = delete;
  TerminalMode& operator=(const TerminalMode&) = delete;

  /// Polls readable once the process has continued after a stop: what was on the screen is out of sight, and the
  /// terminal has dropped what was typed. -1 without a terminal. Owned by this class.
  static int continued_descriptor() noexcept;
  /// Whether the process has continued since the last call.
  static bool take_continued() noexcept;

  /// Undoes the mode from a signal handler that is about to end the process. Async-signal-safe.
  static void restore_for_exit() noexcept;
};

}  // namespace heygen
