// SPDX-License-Identifier: Apache-2.0
#include "core/base/terminal.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <span>

#include "core/base/cancel.hpp"
#include "core/base/environment.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/known_secrets.hpp"
#include "core/base/limits.hpp"
#include "core/base/text.hpp"
#include "core/base/utf16.hpp"

namespace heygen {

namespace {

constexpr const char* kErase = "\r\x1b[K";
std::atomic<bool> status_shown{false};
std::atomic<bool> line_open{false};

/// A stderr that is gone is not an error: nothing sensible is left to say.
void show(std::string_view text) {
  const std::string eraser = status_shown.exchange(false) ? kErase : "";
  if (!text.empty()) line_open = !text.ends_with('\n');
  static_cast<void>(write_all(STDERR_FILENO, eraser + printable(hide_secrets(text), true)));
}

/// Up to out.size() bytes from stdin; 0 at its end. Throws Error{canceled}. `prompt` is shown again when the process
/// was stopped and continues.
std::size_t read_stdin(std::span<char> out, const Cancel& cancel, std::string_view prompt = {},
                       SilenceNotice* silence = nullptr) {
  for (;;) {
    std::array<pollfd, 3> waits{pollfd{STDIN_FILENO, POLLIN, 0}, pollfd{cancel.descriptor(), POLLIN, 0},
                                pollfd{TerminalMode::continued_descriptor(), POLLIN, 0}};
    const int ready = poll(waits.data(), waits.size(), silence != nullptr ? silence->timeout() : -1);
    if (cancel.requested()) throw canceled_error();
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0 && silence != nullptr) silence->speak();
    if (TerminalMode::take_continued()) show(prompt);
    if (waits[0].revents == 0) continue;
    // Not retried here after a signal: it may be the one that canceled.
    const ssize_t got = read(STDIN_FILENO, out.data(), out.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR && errno != EAGAIN) {
      throw Error(code::kFileIo, "Could not read stdin: " + describe_errno(errno) + ".",
                  "Check what stdin is connected to.");
    }
  }
}

/// One line without its end, byte by byte: what follows it is for the next reader.
std::string read_one_line(const Cancel& cancel, bool end_is_cancel, std::string_view prompt = {}) {
  std::string line;
  line.reserve(limits::kInputLine);  // it may be a secret: growing would leave copies behind
  char c = 0;
  while (line.size() < limits::kInputLine) {
    if (read_stdin({&c, 1}, cancel, prompt) == 0) {
      if (end_is_cancel && line.empty()) throw canceled_error();
      break;
    }
    if (c == '\n') {
      if (isatty(STDIN_FILENO) != 0) line_open = false;  // the terminal shows it
      break;
    }
    line += c;
  }
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

/// "API key (hidden): " as the thing that a pipe should bring.
std::string asked_for(std::string_view prompt) {
  const std::string_view thing = trim(prompt.substr(0, prompt.find_last_of('(')));
  return std::string(thing.substr(0, thing.find_last_not_of(": ") + 1));
}

std::function<std::string(std::string_view)> notice_form;

bool is_foreground() {
  const pid_t front = tcgetpgrp(STDIN_FILENO);
  return front <= 0 || front == getpgrp();  // it cannot be told for a terminal that is not the session's own
}

class SystemTypedLines : public TypedLines {
 public:
  SystemTypedLines() { line_.reserve(limits::kInputLine); }
  SystemTypedLines(const SystemTypedLines&) = delete;
  SystemTypedLines& operator=(const SystemTypedLines&) = delete;
  ~SystemTypedLines() override {
    wipe(line_);
    wipe(read_);
  }

  int descriptor() const override { return !ended_ && is_foreground() ? STDIN_FILENO : -1; }

  std::optional<std::string> take() override {
    if (TerminalMode::take_continued()) wipe(line_);  // the terminal has dropped the rest
    if (read_.empty()) read_more();
    while (!read_.empty()) {
      const char c = read_.front();
      read_.erase(0, 1);
      if (c == '\n' || c == '\r') {
        std::string line = line_;
        wipe(line_);
        return line;
      }
      add(c);
    }
    return {};
  }

 private:
  /// As a terminal edits a line.
  void add(char c) {
    constexpr char kKill = 0x15, kBackspace = 0x08, kDelete = 0x7F;
    if (c == kKill) {
      wipe(line_);
    } else if (c == kBackspace || c == kDelete) {
      if (!line_.empty()) line_.pop_back();
    } else if (static_cast<unsigned char>(c) >= 0x20 && line_.size() < limits::kInputLine) {
      line_ += c;
    }
  }

  void read_more() {
    pollfd one{descriptor(), POLLIN, 0};
    if (one.fd < 0 || poll(&one, 1, 0) <= 0) return;
    read_.resize(4096);
    const ssize_t got = read(STDIN_FILENO, read_.data(), read_.size());
    read_.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN)) ended_ = true;
  }

  TerminalMode mode_{TerminalMode::Kind::silent};
  std::string line_, read_;
  bool ended_ = false;
};

class SystemTerminal : public Terminal {
 public:
  bool stdin_is_terminal() const override { return isatty(STDIN_FILENO) != 0; }
  bool stdout_is_terminal() const override { return isatty(STDOUT_FILENO) != 0; }
  bool stderr_is_terminal() const override { return isatty(STDERR_FILENO) != 0; }

  int columns() const override {
    for (const int descriptor : {STDOUT_FILENO, STDERR_FILENO}) {
      winsize size{};
      if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    }
    return kDefaultColumns;
  }

  void show_status(std::string_view line) override {
    if (notice_form || !stderr_is_terminal() || system_environment().value("TERM") == "dumb") return;
    if (line.empty() && !status_shown) return;
    status_shown = !line.empty();
    static_cast<void>(write_all(STDERR_FILENO, kErase + printable(hide_secrets(line))));
  }

  void notice(std::string_view line) override {
    show((notice_form ? notice_form(hide_secrets(line)) : printable_message(line)) + "\n");
  }

  std::unique_ptr<TypedLines> type_lines() override {
    if (!stdin_is_terminal() || !is_foreground()) return nullptr;
    return std::make_unique<SystemTypedLines>();
  }

  std::string read_line(std::string_view prompt, const Cancel& cancel) override {
    show(prompt);
    return read_one_line(cancel, stdin_is_terminal());
  }

  Secret read_secret(std::string_view prompt, std::size_t limit, const Cancel& cancel) override {
    if (stdin_is_terminal()) {
      const TerminalMode hidden(TerminalMode::Kind::hidden);
      show(prompt);
      return Secret(read_one_line(cancel, true, prompt));
    }
    SilenceNotice silence("on stdin", asked_for(prompt));
    std::string text(limit + 1, '\0');
    std::size_t used = 0;
    while (used <= limit) {
      const std::size_t got = read_stdin(std::span(text).subspan(used), cancel, {}, &silence);
      if (got == 0) break;
      used += got;
    }
    if (used > limit) {
      wipe(text);
      throw usage_error("Stdin has more than the " + std::to_string(limit) + " bytes that a secret can have.",
                        "Pipe in only the secret.");
    }
    text.resize(used);
    Secret secret(from_utf16(text).value_or(text));
    wipe(text);
    return secret;
  }
};

}  // namespace

void set_notice_form(std::function<std::string(std::string_view)> form) {
  notice_form = std::move(form);
}

const char* status_eraser() noexcept {
  return status_shown ? kErase : "";
}

bool is_stderr_line_open() noexcept {
  return line_open;
}

void set_stderr_line_open(bool open) noexcept {
  line_open = open;
}

int SilenceNotice::timeout() const noexcept {
  constexpr int kSilenceMs = 1000;
  return spoken_ ? -1 : kSilenceMs;
}

void SilenceNotice::speak() {
  spoken_ = true;
  show("Waiting for input " + source_ + ": " + what_ + " (Ctrl-C stops it)\n");
}

Terminal& system_terminal() {
  static SystemTerminal terminal;
  return terminal;
}

}  // namespace heygen
