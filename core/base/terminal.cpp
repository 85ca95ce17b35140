#include "core/base/terminal.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "core/base/cancel.hpp"
#include "core/base/error.hpp"

namespace heygen {

namespace {

void write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = write(descriptor, text.data(), text.size());
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return;  // stderr is gone: nothing sensible is left to say
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

/// Up to `size` bytes from stdin; 0 at its end. Throws Error{canceled}. `prompt` is shown again when the process was
/// stopped and continues.
std::size_t read_some(char* out, std::size_t size, const Cancel& cancel, std::string_view prompt = {}) {
  for (;;) {
    std::array<pollfd, 3> waits{pollfd{STDIN_FILENO, POLLIN, 0}, pollfd{cancel.descriptor(), POLLIN, 0},
                                pollfd{TerminalMode::continued_descriptor(), POLLIN, 0}};
    const int ready = poll(waits.data(), waits.size(), -1);
    if (cancel.requested()) throw canceled_error();
    if (ready < 0 && errno == EINTR) continue;
    if (TerminalMode::take_continued()) write_all(STDERR_FILENO, prompt);
    if (waits[0].revents == 0) continue;
    const ssize_t got = read(STDIN_FILENO, out, size);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR && errno != EAGAIN) {
      throw Error(code::kError, std::string("Standard input cannot be read: ") + std::strerror(errno));
    }
  }
}

/// One line without its end, byte by byte: what follows belongs to somebody else.
std::string read_one_line(const Cancel& cancel, bool end_is_cancel, std::string_view prompt = {}) {
  constexpr std::size_t kLongestLine = std::size_t{64} * 1024;
  std::string line;
  line.reserve(kLongestLine);  // it may be a secret: growing would leave copies behind
  char c = 0;
  while (line.size() < kLongestLine) {
    if (read_some(&c, 1, cancel, prompt) == 0) {
      if (end_is_cancel && line.empty()) throw canceled_error();
      break;
    }
    if (c == '\n') break;
    line += c;
  }
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

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
    return 80;
  }

  void notice(std::string_view line) override { write_all(STDERR_FILENO, std::string(line) + "\n"); }

  std::string read_line(std::string_view prompt, const Cancel& cancel) override {
    write_all(STDERR_FILENO, prompt);
    return read_one_line(cancel, stdin_is_terminal());
  }

  Secret read_secret(std::string_view prompt, std::size_t limit, const Cancel& cancel) override {
    if (stdin_is_terminal()) {
      const TerminalMode hidden(TerminalMode::Kind::hidden);
      write_all(STDERR_FILENO, prompt);
      return Secret(read_one_line(cancel, true, prompt));
    }
    std::string text(limit + 1, '\0');
    std::size_t used = 0;
    while (used <= limit) {
      const std::size_t got = read_some(text.data() + used, text.size() - used, cancel);
      if (got == 0) break;
      used += got;
    }
    if (used > limit) {
      wipe(text);
      throw usage_error("Standard input holds more than a secret can be (" + std::to_string(limit) + " bytes).",
                        "Pipe in the secret alone.");
    }
    Secret secret(text.substr(0, used));
    wipe(text);
    return secret;
  }
};

}  // namespace

Terminal& system_terminal() {
  static SystemTerminal terminal;
  return terminal;
}

}  // namespace heygen
