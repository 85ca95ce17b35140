// SPDX-License-Identifier: Apache-2.0
// The terminal's side of the picker: raw mode, drawing, resizing, signals.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <optional>
#include <utility>

#include "core/base/cancel.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/terminal.hpp"
#include "host/ui/picker.hpp"

namespace heygen::host::ui {

namespace {

constexpr int kEscapeWaitMs = 50;
constexpr std::string_view kHideCursor = "\x1b[?25l";
constexpr std::string_view kShowCursor = "\x1b[?25h";
constexpr std::string_view kErase = "\r\x1b[J";
// The alternate screen is not wrapped anew by a resize and leaves nothing in the scroll-back. Where a terminal has
// none, the list is below the last line and is erased from there.
constexpr std::string_view kOtherScreen = "\x1b[?1049h";
constexpr std::string_view kFirstScreen = "\x1b[?1049l";

void put(int descriptor, std::string_view text) noexcept {
  static_cast<void>(write_all(descriptor, text));
}

// Where a signal handler finds the list; -1 while there is none.
std::atomic<int> shown_on{-1};
std::atomic<bool> was_stopped{false};
static_assert(std::atomic<int>::is_always_lock_free);

void remove_list() noexcept {
  const int screen = shown_on.exchange(-1);
  if (screen < 0) return;
  for (const std::string_view part : {kErase, kFirstScreen, kShowCursor}) put(screen, part);
}

void restore_and_die(int number) {
  const int saved = errno;
  remove_list();
  TerminalMode::restore_for_exit();
  struct sigaction fallback {};
  fallback.sa_handler = SIG_DFL;
  sigaction(number, &fallback, nullptr);
  raise(number);
  errno = saved;
}

// Makes poll() return, so that the list is drawn anew.
void wake(int number) {
  if (number == SIGCONT) was_stopped.store(true);
}

/// Handlers for its lifetime. A signal that the program handles or ignores itself keeps its handler.
class Signals {
 public:
  Signals() {
    for (const int number : {SIGHUP, SIGINT, SIGTERM}) replace(number, restore_and_die, true);
    replace(SIGQUIT, restore_and_die, false);  // the host's own handler knows nothing of the other screen
    for (const int number : {SIGWINCH, SIGCONT}) replace(number, wake, false);
  }
  ~Signals() {
    for (std::size_t i = 0; i < used_; ++i) sigaction(before_.at(i).first, &before_.at(i).second, nullptr);
  }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  void replace(int number, void (*handler)(int), bool only_default) {
    struct sigaction before {};
    if (sigaction(number, nullptr, &before) != 0) return;
    if (only_default && ((before.sa_flags & SA_SIGINFO) != 0 || before.sa_handler != SIG_DFL)) return;
    struct sigaction ours {};
    ours.sa_handler = handler;  // without SA_RESTART
    sigemptyset(&ours.sa_mask);
    if (sigaction(number, &ours, nullptr) == 0) before_.at(used_++) = {number, before};
  }
  std::array<std::pair<int, struct sigaction>, 6> before_{};
  std::size_t used_ = 0;
};

/// stderr, or the controlling terminal when stderr goes elsewhere.
class Screen {
 public:
  Screen() {
    if (isatty(STDERR_FILENO) == 0) own_ = open_file("/dev/tty", O_WRONLY | O_NOCTTY);
  }
  int descriptor() const { return own_ ? own_.get() : STDERR_FILENO; }

 private:
  UniqueFd own_;
};

/// The list's time on the screen: keys come one by one and unseen, the cursor is hidden.
class Stage {
 public:
  explicit Stage(int screen) : screen_(screen) {
    mode_.emplace(TerminalMode::Kind::keys);
    shown_on.store(screen);
    put(screen, kOtherScreen);
    put(screen, kHideCursor);
  }
  ~Stage() { remove_list(); }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  /// After a stop and continue: the shell has put its own mode there.
  void again_if_stopped() {
    if (!was_stopped.exchange(false)) return;
    mode_.reset();
    mode_.emplace(TerminalMode::Kind::keys);
    put(screen_, kHideCursor);
  }

 private:
  int screen_;
  std::optional<TerminalMode> mode_;
};

/// The cursor rests on the first line between two drawings, so one "erase to the end of the screen" removes the list
/// whatever a resize did to it.
void draw(int screen, std::string_view heading, const std::vector<Row>& rows, const Picker& picker) {
  winsize size{};
  if (ioctl(screen, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) size = {24, 80, 0, 0};
  const std::vector<std::string> lines =
      render(heading, rows, picker.selected(), size.ws_col, size.ws_row, picker.typed());
  std::string out(kErase);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) out += "\r\n";
    out += lines[i];
  }
  if (lines.size() > 1) out += "\x1b[" + std::to_string(lines.size() - 1) + "A";
  out += '\r';
  put(screen, out);
}

enum class Wake { byte, timeout, signal };

/// One byte at a time: what follows the choice belongs to the next question.
Wake wait_for_byte(unsigned char& byte, int timeout_ms, const Cancel& cancel) {
  std::array<pollfd, 2> waits{pollfd{STDIN_FILENO, POLLIN, 0}, pollfd{cancel.descriptor(), POLLIN, 0}};
  const int ready = poll(waits.data(), waits.size(), timeout_ms);
  if (cancel.requested()) throw canceled_error();
  if (ready < 0 && errno == EINTR) return Wake::signal;
  if (ready == 0) return Wake::timeout;
  const ssize_t got = read(STDIN_FILENO, &byte, 1);
  if (got == 1) return Wake::byte;
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return Wake::signal;
  throw canceled_error();  // the terminal is gone
}

/// Of a number with more digits or an Enter, typed or pasted in one go, the rest answers no other question.
void discard_number() {
  tcflush(STDIN_FILENO, TCIFLUSH);
}

}  // namespace

std::size_t pick(std::string_view heading, const std::vector<Row>& rows, std::size_t selected, const Cancel& cancel) {
  const Screen screen;
  const Signals signals;
  Stage stage(screen.descriptor());
  Picker picker(rows.size(), selected);
  KeyReader keys;
  draw(screen.descriptor(), heading, rows, picker);
  for (;;) {
    unsigned char byte = 0;
    const Wake woken = wait_for_byte(byte, keys.pending() ? kEscapeWaitMs : -1, cancel);
    if (woken == Wake::signal) {
      stage.again_if_stopped();
      draw(screen.descriptor(), heading, rows, picker);
      continue;
    }
    const std::optional<Key> key = woken == Wake::byte ? keys.feed(byte) : keys.timeout();
    if (!key) continue;
    switch (picker.press(*key)) {
      case Picker::Outcome::chosen:
        if (key->kind == Key::Kind::digit) discard_number();
        return picker.selected();
      case Picker::Outcome::canceled:
        throw canceled_error();
      case Picker::Outcome::open:
        draw(screen.descriptor(), heading, rows, picker);
    }
  }
}

}  // namespace heygen::host::ui
