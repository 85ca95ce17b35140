// SPDX-License-Identifier: Apache-2.0
#include "child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <utility>

namespace exec_provider {
namespace {

namespace sdk = heygen::sdk;
using std::chrono::milliseconds;

constexpr std::size_t kLongestOutput = std::size_t{1} << 20;

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { reset(); }
  void reset(int number = -1) {
    if (number_ >= 0) close(number_);
    number_ = number;
  }
  int get() const { return number_; }

 private:
  int number_;
};

/// The end to read and the end to write. An isolated provider has no sockets.
std::pair<int, int> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    throw sdk::Fail(HEYGEN_TRANSIENT, std::string("The system gave no pipe: ") + std::strerror(errno) + ".");
  return {ends[0], ends[1]};
}

/// While it lives, a helper that does not read causes no SIGPIPE: this thread does not receive it.
class NoSigpipe {
 public:
  NoSigpipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoSigpipe() {
    const int error = errno;
    const timespec now{0, 0};
    while (!was_pending_ && sigtimedwait(&pipe_, nullptr, &now) < 0 && errno == EINTR) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    errno = error;
  }
  NoSigpipe(const NoSigpipe&) = delete;
  NoSigpipe& operator=(const NoSigpipe&) = delete;

 private:
  sigset_t pipe_, before_;
  bool was_pending_ = false;
};

/// A process that leads its session has no terminal that a helper could ask on: so it is in an isolated provider, which
/// may start no session.
bool leads_session() {
  return getsid(0) == getpid();
}

std::vector<char*> environment() {
  std::vector<char*> kept;
  for (char** variable = environ; *variable != nullptr; ++variable)
    if (std::strncmp(*variable, "HEYGEN_", 7) != 0) kept.push_back(*variable);
  kept.push_back(nullptr);
  return kept;
}

class Helper {
 public:
  Helper(const sdk::Call& call, const Run& run) : Helper(call, run, call.clock().monotonic() + run.limit) {}
  Helper(const Helper&) = delete;
  Helper& operator=(const Helper&) = delete;
  ~Helper() {
    if (pid_ <= 0) return;
    // An isolated provider may send no signals: the helper ends with its process.
    const int options = kill(has_session_ ? -pid_ : pid_, SIGKILL) == 0 ? 0 : WNOHANG;
    while (waitpid(pid_, nullptr, options) < 0 && errno == EINTR) {
    }
  }

  std::string output() {
    std::string text;
    std::string_view left = run_.input;
    while (output_.get() >= 0) {
      std::array<pollfd, 3> watched{{{static_cast<int>(call_.cancel_descriptor()), POLLIN, 0},
                                     {output_.get(), POLLIN, 0},
                                     {input_.get(), static_cast<short>(left.empty() ? 0 : POLLOUT), 0}}};
      wait(watched.data(), watched.size());
      if (watched[1].revents != 0) read(text);
      if ((watched[2].revents & (POLLOUT | POLLERR | POLLHUP)) != 0) write(left);
      if (left.empty()) input_.reset();
    }
    return text;
  }

  /// The exit status; a program may close stdout long before it ends.
  int end() {
    int status = 0;
    for (;;) {
      const pid_t ended = waitpid(pid_, &status, WNOHANG);
      if (ended == pid_) break;
      if (ended < 0 && errno != EINTR) throw sdk::Fail(HEYGEN_INTERNAL, "The helper's end could not be awaited.");
      call_.clock().wait(milliseconds(5));
      check_time();
    }
    pid_ = 0;
    return status;
  }

 private:
  Helper(const sdk::Call& call, const Run& run, milliseconds deadline) : call_(call), run_(run), deadline_(deadline) {
    const auto in = make_pipe();
    const Descriptor child_in(in.first);
    input_.reset(in.second);
    const auto out = make_pipe();
    output_.reset(out.first);
    const Descriptor child_out(out.second);
    fcntl(input_.get(), F_SETFL, O_NONBLOCK);
    start(child_in.get(), child_out.get());
  }

  void start(int in, int out) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT}) sigaddset(&defaults, number);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    has_session_ = !run_.may_ask && !leads_session();
    if (has_session_) flags |= POSIX_SPAWN_SETSID;
    posix_spawnattr_setflags(&attributes, static_cast<short>(flags));

    std::vector<std::string> words = run_.argv;
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    std::vector<char*> variables = environment();
    const int fault = posix_spawnp(&pid_, argv[0], &actions, &attributes, argv.data(), variables.data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (fault == 0) return;
    pid_ = 0;
    throw sdk::Fail(HEYGEN_BROKEN, "The helper " + run_.argv[0] + " did not start: " + std::strerror(fault) + ".",
                    "Install it, or set providers.exec.command to the helper you want.");
  }

  void wait(pollfd* watched, std::size_t count) {
    const auto left = deadline_ - call_.clock().monotonic();
    if (left.count() > 0 && poll(watched, count, static_cast<int>(left.count())) < 0 && errno != EINTR)
      throw sdk::Fail(HEYGEN_INTERNAL, "Waiting for the helper failed.");
    check_time();
  }

  void check_time() const {
    if (call_.canceled()) throw sdk::Fail(HEYGEN_CANCELED);
    if (call_.clock().monotonic() >= deadline_) {
      throw sdk::Fail(HEYGEN_TRANSIENT,
                      "The helper " + run_.argv[0] + " did not answer within " +
                          std::to_string(std::chrono::duration_cast<std::chrono::seconds>(run_.limit).count()) + " s.",
                      "Try it by hand, or raise providers.exec.timeout.");
    }
  }

  void read(std::string& text) {
    std::array<char, 16384> buffer;
    const ssize_t count = ::read(output_.get(), buffer.data(), buffer.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (count <= 0) return output_.reset();
    text.append(buffer.data(), static_cast<std::size_t>(count));
    if (text.size() > kLongestOutput)
      throw sdk::Fail(HEYGEN_BROKEN, "The helper " + run_.argv[0] + " wrote more than 1 MiB.",
                      "It is not a credential helper, or it is broken.");
  }

  /// A helper that leaves without reading is judged by what it answers.
  void write(std::string_view& left) {
    const NoSigpipe no_signal;
    const ssize_t count = ::write(input_.get(), left.data(), left.size());
    if (count >= 0) return left.remove_prefix(static_cast<std::size_t>(count));
    if (errno != EINTR && errno != EAGAIN) left = {};
  }

  const sdk::Call& call_;
  const Run& run_;
  Descriptor input_, output_;
  const milliseconds deadline_;
  pid_t pid_ = 0;
  bool has_session_ = false;
};

}  // namespace

std::string run(const sdk::Call& call, const Run& run) {
  Helper helper(call, run);
  std::string text = helper.output();
  const int status = helper.end();
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return text;
  const std::string how = WIFEXITED(status) ? "exit status " + std::to_string(WEXITSTATUS(status))
                                            : "signal " + std::to_string(WTERMSIG(status));
  sdk::wipe(text);
  throw sdk::Fail(HEYGEN_BROKEN, "The helper " + run.argv[0] + " failed with " + how + ".",
                  "Its output is above; log in to the helper itself.");
}

}  // namespace exec_provider
