// SPDX-License-Identifier: Apache-2.0
// The user's side of the process: stdin, stderr, and whether they are terminals.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/secret.hpp"
#include "core/base/terminal_mode.hpp"

namespace heygen {

class Cancel;

/// Of a terminal that does not tell, and of a pipe.
inline constexpr int kDefaultColumns = 80;

/// What is typed on the terminal while something else is waited for: by line, without echo and without the limit that
/// the terminal itself has for a line. For as long as this object lives.
class TypedLines {
 public:
  virtual ~TypedLines() = default;
  /// Polls readable once something is typed; -1 while the terminal is another job's, or is gone.
  virtual int descriptor() const = 0;
  /// The next complete line without its end; call it until there is none. Never blocks once descriptor() is readable.
  /// The caller wipes the line.
  virtual std::optional<std::string> take() = 0;
};

class Terminal {
 public:
  virtual ~Terminal() = default;
  virtual bool stdin_is_terminal() const = 0;
  virtual bool stdout_is_terminal() const = 0;
  virtual bool stderr_is_terminal() const = 0;
  /// Columns of the terminal on stdout, else stderr, else kDefaultColumns.
  virtual int columns() const = 0;
  /// Writes the text and a line break to stderr, without the secrets that are known. What a terminal would obey in it
  /// is escaped; lines after the first are indented.
  virtual void notice(std::string_view line) = 0;
  /// Shows one line on stderr, in place of the one before; "" erases it. Nothing where stderr is not a terminal that
  /// can erase. What else this object shows erases it first. It must be shorter than columns().
  virtual void show_status(std::string_view line) = 0;
  /// Writes `prompt`, escaped likewise, to stderr and reads one line from stdin, echoed. Throws Error{canceled} on
  /// cancellation or end of input on a terminal.
  virtual std::string read_line(std::string_view prompt, const Cancel& cancel) = 0;
  /// Hidden on a terminal (echo is restored on every return, signals included). From a pipe: all of stdin, at most
  /// `limit` bytes (Error{usage_error} past it); `prompt` is shown when stdin stays silent.
  virtual Secret read_secret(std::string_view prompt, std::size_t limit, const Cancel& cancel) = 0;
  /// nullptr where stdin is not a terminal, or is another job's.
  virtual std::unique_ptr<TypedLines> type_lines() { return nullptr; }
};

/// From now on the system's terminal writes what `form` makes of each notice, on a line, and shows no status. For a
/// program that reads stderr. Not thread-safe.
void set_notice_form(std::function<std::string(std::string_view notice)> form);

/// What erases the line of show_status(), or "" when there is none. Async-signal-safe.
const char* status_eraser() noexcept;

/// The last line on stderr is not ended: a prompt. What must be a line of its own begins with a line
/// break then. Both are async-signal-safe.
bool is_stderr_line_open() noexcept;
void set_stderr_line_open(bool open) noexcept;

/// Input that stays open and silent looks like a hang: after a second of silence, stderr says what is waited for, once.
class SilenceNotice {
 public:
  /// Both complete "Waiting for input …": "on stdin", "--data".
  SilenceNotice(std::string source, std::string what) : source_(std::move(source)), what_(std::move(what)) {}

  /// For poll(2): milliseconds until speak() is due; -1 once it has spoken.
  int timeout() const noexcept;
  /// After a poll(2) that ended without an event.
  void speak();

 private:
  std::string source_, what_;
  bool spoken_ = false;
};

/// File descriptors 0, 1 and 2.
Terminal& system_terminal();

}  // namespace heygen
