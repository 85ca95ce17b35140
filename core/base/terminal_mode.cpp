// SPDX-License-Identifier: Apache-2.0
#include "core/base/terminal_mode.hpp"

#include <sys/eventfd.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>

namespace heygen {

namespace {

// Read by signal handlers, hence plain globals and flags.
termios mode_before;
termios mode_wanted;
volatile std::sig_atomic_t mode_changed = 0;
// Any thread may run the handlers, so a flag alone would not wake the one that waits for input.
int continued = -1;
struct sigaction stop_before {};
struct sigaction continue_before {};

void set_mode(const termios& mode) noexcept {
  while (tcsetattr(STDIN_FILENO, TCSADRAIN, &mode) != 0 && errno == EINTR) continue;
}

/// Puts the mode back, unless the terminal is another job's by now: in a script, the shell may have taken it before
/// this process came to its handler. SIGTTOU would stop us here, and after `fg` undo what the prompt needs.
void give_back() noexcept {
  const pid_t front = tcgetpgrp(STDIN_FILENO);
  if (front > 0 && front != getpgrp()) return;  // it cannot be told for a terminal that is not the session's own
  sigset_t output;
  sigset_t before;
  sigemptyset(&output);
  sigaddset(&output, SIGTTOU);
  pthread_sigmask(SIG_BLOCK, &output, &before);
  set_mode(mode_before);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

/// A background job stops here until it is in the foreground: the mode it would read before is the shell's own.
void wait_for_foreground() noexcept {
  while (tcdrain(STDIN_FILENO) != 0 && errno == EINTR) continue;
}

void set_handler(int number, void (*handler)(int), struct sigaction* before) noexcept {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, before);
}

/// Stops the process as the default action would, but with the terminal as it was.
extern "C" void heygen_on_stop(int number) {
  const int saved = errno;
  set_handler(number, SIG_DFL, nullptr);
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, number);
  raise(number);  // blocked as yet; a SIGCONT that comes from here on takes it back
  if (mode_changed != 0) give_back();
  pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);  // it stops here
  set_handler(number, heygen_on_stop, nullptr);
  // Also where it did not stop, so that no SIGCONT follows.
  if (mode_changed != 0) set_mode(mode_wanted);
  errno = saved;
}

extern "C" void heygen_on_continue(int) {
  const int saved = errno;
  if (mode_changed != 0) set_mode(mode_wanted);
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then it polls readable already.
  [[maybe_unused]] const auto written = write(continued, &one, sizeof one);
  errno = saved;
}

}  // namespace

TerminalMode::TerminalMode(Kind kind) {
  wait_for_foreground();
  if (tcgetattr(STDIN_FILENO, &mode_before) != 0) return;
  mode_wanted = mode_before;
  mode_wanted.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  if (kind == Kind::hidden) {
    // A program that was killed may have left the terminal without them, and Enter would never end the line.
    mode_wanted.c_lflag |= ECHONL | ICANON | ISIG;
    mode_wanted.c_iflag |= ICRNL;
  } else {
    if (kind == Kind::keys) {
      mode_wanted.c_lflag &= ~static_cast<tcflag_t>(ISIG);
      mode_wanted.c_iflag &= ~static_cast<tcflag_t>(ICRNL | IXON);
    } else {
      mode_wanted.c_lflag |= ISIG;
      mode_wanted.c_iflag |= ICRNL;
    }
    mode_wanted.c_lflag &= ~static_cast<tcflag_t>(ICANON | IEXTEN);
    mode_wanted.c_cc[VMIN] = 1;
    mode_wanted.c_cc[VTIME] = 0;
  }
  if (continued < 0) continued = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  take_continued();
  mode_changed = 1;
  set_handler(SIGCONT, heygen_on_continue, &continue_before);
  // A shell without job control ignores SIGTSTP, and so must its children.
  if (sigaction(SIGTSTP, nullptr, &stop_before) == 0 && stop_before.sa_handler != SIG_IGN) {
    set_handler(SIGTSTP, heygen_on_stop, nullptr);
  }
  set_mode(mode_wanted);
}

TerminalMode::~TerminalMode() {
  if (mode_changed == 0) return;
  restore_for_exit();
  sigaction(SIGTSTP, &stop_before, nullptr);
  sigaction(SIGCONT, &continue_before, nullptr);
}

int TerminalMode::continued_descriptor() noexcept {
  return continued;
}

bool TerminalMode::take_continued() noexcept {
  std::uint64_t times = 0;
  return continued >= 0 && read(continued, &times, sizeof times) > 0;
}

void TerminalMode::restore_for_exit() noexcept {
  if (mode_changed == 0) return;
  mode_changed = 0;
  give_back();
}

}  // namespace heygen
