// The person's side of the process: stdin, stderr, and whether anyone is there.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/secret.hpp"

namespace heygen {

class Cancel;

class Terminal {
 public:
  virtual ~Terminal() = default;
  virtual bool stdin_is_terminal() const = 0;
  virtual bool stdout_is_terminal() const = 0;
  virtual bool stderr_is_terminal() const = 0;
  /// Columns of the terminal on stdout, else stderr, else 80.
  virtual int columns() const = 0;
  /// One line on stderr. The caller has made foreign text printable().
  virtual void notice(std::string_view line) = 0;
  /// Writes `prompt` to stderr and reads one line from stdin, echoed. Throws Error{canceled} on cancellation or end of
  /// input on a terminal.
  virtual std::string read_line(std::string_view prompt, const Cancel& cancel) = 0;
  /// Hidden on a terminal (echo is restored on every way out, signals included). From a pipe: all of stdin, at most
  /// `limit` bytes (Error{usage_error} past it), without prompt.
  virtual Secret read_secret(std::string_view prompt, std::size_t limit, const Cancel& cancel) = 0;
};

/// Another mode of the terminal on stdin, for the lifetime of this object. At most one at a time.
class TerminalMode {
 public:
  enum class Kind {
    hidden,  ///< by line, without echo; Ctrl-C stays a signal
    keys,    ///< key by key, without echo; Ctrl-C comes as byte 3
  };
  explicit TerminalMode(Kind kind);
  ~TerminalMode();
  TerminalMode(const TerminalMode&) = delete;
  TerminalMode& operator=(const TerminalMode&) = delete;

  /// Undoes the mode from a signal handler that is about to end the process. Async-signal-safe.
  static void restore_for_exit() noexcept;
};

/// File descriptors 0, 1 and 2.
Terminal& system_terminal();

}  // namespace heygen
