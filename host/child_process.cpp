// SPDX-License-Identifier: Apache-2.0
#include "host/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

#include "core/base/clock.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"

namespace heygen::host {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kLongestOutput = std::size_t{64} << 10U;
constexpr int kCannotRun = 127;
constexpr const char* kPath = "PATH=/usr/local/bin:/usr/bin:/bin";
constexpr int kSlice = 20;  ///< milliseconds between looks at a child that has closed its output

/// What a process inherits without being told, from this one or through it. They close when the program starts.
void close_other_files() {
  constexpr int kFirst = STDERR_FILENO + 1;
  if (close_range(kFirst, ~0U, CLOSE_RANGE_CLOEXEC) == 0) return;
  const auto most = static_cast<int>(sysconf(_SC_OPEN_MAX));
  for (int file = kFirst; file < most; ++file) fcntl(file, F_SETFD, FD_CLOEXEC);
}

[[noreturn]] void child_main(int output, char* const* words, ChildEnvironment of) {
  setsid();
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // nothing else ends it when this program is killed
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  dup2(nothing, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  close_other_files();
  std::array<char*, 2> environment{const_cast<char*>(kPath), nullptr};
  execve(words[0], words, of == ChildEnvironment::own ? environ : environment.data());
  _exit(kCannotRun);
}

/// False at the end of the output.
bool read_output(int from, std::string& out) {
  std::array<char, 4096> piece{};
  const ssize_t got = read_some(from, piece);
  if (got > 0 && out.size() < kLongestOutput) out.append(piece.data(), static_cast<std::size_t>(got));
  return got > 0;
}

int milliseconds_until(SteadyClock::time_point end) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - SteadyClock::now()).count();
  return left < 0 ? 0 : static_cast<int>(left);
}

/// Until the child ended, the time is up, or the user stopped it.
int wait_for(pid_t child, int output, SteadyClock::time_point end, const Cancel& cancel, ChildEnd& result,
             const OnChildWait& on_wait) {
  bool open = true;
  for (SteadyClock::time_point next_tell = SteadyClock::now();;) {
    if (on_wait && SteadyClock::now() >= next_tell) {
      on_wait(std::chrono::milliseconds(std::max(milliseconds_until(end), 1)));
      next_tell = SteadyClock::now() + kLongestSleep;
    }
    int status = 0;
    if (!open && waitpid(child, &status, WNOHANG) == child) return status;
    result.timed_out = SteadyClock::now() >= end;
    if (result.timed_out || cancel.requested()) {
      kill(-child, SIGKILL);
      kill(child, SIGKILL);
      retry_interrupted([&] { return waitpid(child, &status, 0); });
      return status;
    }
    std::array<pollfd, 2> ready{{{cancel.descriptor(), POLLIN, 0}, {open ? output : -1, POLLIN, 0}}};
    const int asked = std::min(open ? milliseconds_until(end) : kSlice, static_cast<int>(kLongestSleep.count()));
    const SteadyClock::time_point before = SteadyClock::now();
    poll(ready.data(), ready.size(), asked);
    end += stopped_time(std::chrono::milliseconds(asked),
                        std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now() - before));
    if (open && ready[1].revents != 0) open = read_output(output, result.output);
  }
}

}  // namespace

ChildEnd run_program(const std::vector<std::string>& words, std::chrono::seconds limit, const Cancel& cancel,
                     const OnChildWait& on_wait, ChildEnvironment environment) {
  std::vector<char*> arguments;  // made before fork(): after it, only system calls are safe
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  std::array<int, 2> pipe_ends{-1, -1};
  const bool piped = pipe2(pipe_ends.data(), O_CLOEXEC) == 0;
  const UniqueFd output(pipe_ends[0]);
  UniqueFd childs_end(pipe_ends[1]);
  const pid_t child = piped ? fork() : -1;
  if (child == 0) child_main(childs_end.get(), arguments.data(), environment);
  childs_end.reset();
  if (child < 0)
    throw Error(code::kError, "Could not start a child process: " + describe_errno(errno) + ".",
                "Close other programs, or raise the limit of processes (ulimit -u).");
  ChildEnd result;
  const int status = wait_for(child, output.get(), SteadyClock::now() + limit, cancel, result, on_wait);
  if (on_wait) on_wait(std::chrono::milliseconds::zero());
  if (cancel.requested()) throw canceled_error();
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return result;
}

}  // namespace heygen::host
