// SPDX-License-Identifier: Apache-2.0
#include "child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
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

/// The child's stdin is a socket and not a pipe, so that a helper which does not read causes no SIGPIPE here.
std::pair<int, int> socket_pair() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw sdk::Fail(HEYGEN_TRANSIENT, std::string("The system gave no socket: ") + std::strerror(errno) + ".");
  return {ends[0], ends[1]};
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
    kill(run_.may_ask ? pid_ : -pid_, SIGKILL);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
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
    const auto in = socket_pair();
    input_.reset(in.first);
    const Descriptor child_in(in.second);
    const auto out = socket_pair();
    output_.reset(out.first);
    const Descriptor child_out(out.second);
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
    if (!run_.may_ask) flags |= POSIX_SPAWN_SETSID;
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
    const ssize_t count = recv(output_.get(), buffer.data(), buffer.size(), 0);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (count <= 0) return output_.reset();
    text.append(buffer.data(), static_cast<std::size_t>(count));
    if (text.size() > kLongestOutput)
      throw sdk::Fail(HEYGEN_BROKEN, "The helper " + run_.argv[0] + " wrote more than 1 MiB.",
                      "It is not a credential helper, or it is broken.");
  }

  /// A helper that leaves without reading is judged by what it answers.
  void write(std::string_view& left) {
    const ssize_t count = send(input_.get(), left.data(), left.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) return left.remove_prefix(static_cast<std::size_t>(count));
    if (errno != EINTR && errno != EAGAIN) left = {};
  }

  const sdk::Call& call_;
  const Run& run_;
  Descriptor input_, output_;
  const milliseconds deadline_;
  pid_t pid_ = 0;
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
