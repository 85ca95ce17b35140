// SPDX-License-Identifier: Apache-2.0
#include "in_child.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>

namespace keyring {
namespace {

namespace sdk = heygen::sdk;
using std::chrono::milliseconds;

constexpr std::size_t kLongestOutcome = std::size_t{1} << 17;

/// The status as one letter, then the text, or message and hint parted by a NUL.
std::string outcome_of(const std::function<std::string()>& work) {
  const auto marked = [](heygen_status status, const std::string& text) {
    return static_cast<char>('0' + status) + text;
  };
  try {
    return marked(HEYGEN_OK, work());
  } catch (const sdk::Fail& fail) {
    return marked(fail.status(), fail.message() + '\0' + fail.hint());
  } catch (const std::exception& fault) {
    return marked(HEYGEN_INTERNAL, fault.what());
  }
}

/// No handler of the host's may run here, and no key of its terminal reaches it: the parent decides when it ends.
[[noreturn]] void be_child(int out, const std::function<std::string()>& work) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  setsid();
  for (int number = 1; number < NSIG; ++number) std::signal(number, SIG_DFL);
  const std::string outcome = outcome_of(work);
  std::string_view left = outcome;
  while (!left.empty()) {
    const ssize_t count = send(out, left.data(), left.size(), MSG_NOSIGNAL);
    if (count < 0) break;
    left.remove_prefix(static_cast<std::size_t>(count));
  }
  _exit(0);  // not exit(): what the host would do at its end is not for a copy of it
}

class Child {
 public:
  Child(const sdk::Call& call, milliseconds limit, const std::function<std::string()>& work)
      : call_(call), limit_(limit), deadline_(call.clock().monotonic() + limit) {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) no_child();
    pid_ = fork();
    if (pid_ == 0) be_child(ends[1], work);
    close(ends[1]);
    output_ = ends[0];
    if (pid_ < 0) {
      close(output_);
      no_child();
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    close(output_);
    kill(pid_, SIGKILL);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  /// All that it writes until it ends.
  std::string outcome() {
    std::string text(kLongestOutcome, '\0');  // made once, so that no copy of a secret is left where it was
    std::size_t size = 0;
    for (;;) {
      wait();
      const ssize_t count = recv(output_, text.data() + size, text.size() - size, MSG_DONTWAIT);
      if (count < 0 && (errno == EAGAIN || errno == EINTR)) continue;
      if (count > 0) size += static_cast<std::size_t>(count);
      if (count > 0 && size < text.size()) continue;
      text.resize(size);
      return text;
    }
  }

 private:
  [[noreturn]] static void no_child() {
    throw sdk::Fail(HEYGEN_TRANSIENT, std::string("The system gave no process: ") + std::strerror(errno) + ".");
  }

  void wait() {
    std::array<pollfd, 2> watched{{{output_, POLLIN, 0}, {static_cast<int>(call_.cancel_descriptor()), POLLIN, 0}}};
    const auto left = deadline_ - call_.clock().monotonic();
    if (left.count() > 0) poll(watched.data(), watched.size(), static_cast<int>(left.count()));
    if (call_.canceled()) throw sdk::Fail(HEYGEN_CANCELED);
    if (call_.clock().monotonic() < deadline_) return;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit_);
    throw sdk::Fail(HEYGEN_TRANSIENT,
                    "The keyring did not answer within " + std::to_string(seconds.count()) + " seconds.",
                    "Is its daemon well?");
  }

  const sdk::Call& call_;
  const milliseconds limit_, deadline_;
  int output_ = -1;
  pid_t pid_ = -1;
};

}  // namespace

sdk::Secret in_child(const sdk::Call& call, milliseconds limit, const std::function<std::string()>& work) {
  Child child(call, limit, work);
  std::string outcome = child.outcome();
  if (outcome.empty())
    throw sdk::Fail(HEYGEN_BROKEN, "The keyring's library crashed.", "Try `secret-tool search --all item x` by hand.");
  const heygen_status status = outcome[0] - '0';
  if (status == HEYGEN_OK) {
    sdk::Secret text(std::string_view(outcome).substr(1));
    sdk::wipe(outcome);
    return text;
  }
  const std::size_t end = outcome.find('\0');
  if (end == std::string::npos) throw sdk::Fail(status, outcome.substr(1));
  throw sdk::Fail(status, outcome.substr(1, end - 1), outcome.substr(end + 1));
}

}  // namespace keyring
