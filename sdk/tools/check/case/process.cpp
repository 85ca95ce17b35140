// SPDX-License-Identifier: Apache-2.0
#include "sdk/tools/check/case/process.hpp"

#include <fcntl.h>
#include <linux/memfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <Poco/Exception.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>
#include <system_error>

#include "core/base/fd.hpp"
#include "core/base/file.hpp"
#include "core/json/parse.hpp"
#include "core/json/write.hpp"
#include "core/provider/breadcrumb.hpp"
#include "sdk/json/json.hpp"
#include "sdk/tools/check/guard/last_words.hpp"
#include "sdk/tools/check/guard/write_filter.hpp"

namespace heygen::check {
namespace {

using SteadyClock = std::chrono::steady_clock;

sigset_t awaited;  // by await_child

void die(int signal, siginfo_t* info, void*) {
  LastWords& words = last_words();
  words.signal = signal;
  words.touched = static_cast<int>(signal == SIGSEGV ? kind_of(info->si_addr) : Kind::none);
  _exit(1);
}

void catch_crashes() {
  static std::array<char, 65536> stack;
  const stack_t alternative{stack.data(), 0, stack.size()};
  sigaltstack(&alternative, nullptr);
  struct sigaction action {};
  action.sa_sigaction = die;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP}) sigaction(signal, &action, nullptr);
}

/// Leaves the name of each provider function while it runs.
class Crumbs : public provider::CallObserver {
 public:
  void begin(provider::Function) noexcept override { set_where(provider::breadcrumb()); }
  void end() noexcept override { set_where(""); }
  void enter_service() noexcept override {}
  void leave_service() noexcept override {}
  void polls_cancellation() noexcept override {}
};

/// Files that live in memory.
class Files {
 public:
  Files() : results(make("results")), output(make("output")) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
    static constexpr std::string_view kTyped = "typed-on-stdin\n";
    input.reset(ends[0]);
    const UniqueFd typed(ends[1]);  // closed at once: a second read() returns the end
    if (const std::error_code error = write_all(typed.get(), kTyped)) throw std::system_error(error);
  }

  static std::string read(const UniqueFd& file, std::size_t most) {
    std::string text(most, '\0');
    const ssize_t got = pread(file.get(), text.data(), most, 0);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
  }
  bool was_read() const {
    int left = 0;
    return ioctl(input.get(), FIONREAD, &left) == 0 && left < 15;
  }

  UniqueFd results, output, input;

 private:
  static UniqueFd make(const char* name) {
    UniqueFd file(memfd_create(name, MFD_CLOEXEC));
    if (!file) throw std::system_error(errno, std::generic_category(), "memfd_create");
    return file;
  }
};

/// More than this goes to no file: what is printed is kept in memory.
void limit_files() {
  constexpr rlim_t kLargest = rlim_t{32} << 20U;
  const rlimit limit{kLargest, kLargest};
  setrlimit(RLIMIT_FSIZE, &limit);
}

void set_environment(const std::map<std::string, std::string>& exported, const std::filesystem::path& directory) {
  for (const auto& [name, value] : exported) setenv(name.c_str(), value.c_str(), 1);
  for (const char* name : {"HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME",
                           "XDG_RUNTIME_DIR", "HEYGEN_CONFIG_DIR"}) {
    setenv(name, directory.c_str(), 1);
  }
}

[[noreturn]] void be_child(Files& files, const std::map<std::string, std::string>& exported,
                           const std::filesystem::path& directory, const std::function<void(Findings&)>& body) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  setsid();
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  static_cast<void>(std::fflush(nullptr));
  dup2(files.input.get(), 0);
  dup2(files.output.get(), 1);
  dup2(files.output.get(), 2);
  set_environment(exported, directory);
  if (chdir(directory.c_str()) != 0) _exit(2);
  limit_files();
  catch_crashes();
  static Crumbs crumbs;
  provider::set_call_observer(&crumbs);
  if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0) {
    raise(SIGSTOP);
    last_words().watched = stop_for_writes() ? 1 : 0;
  }
  Findings findings;
  try {
    body(findings);
  } catch (const std::exception& error) {
    findings.unchecked("process-crash", std::string("the check itself failed: ") + error.what());
  }
  static_cast<void>(std::fflush(nullptr));
  if (const std::error_code error = write_all(files.results.get(), sdk::write_json(findings.to_json()))) {
    last_words().closed = error == std::errc::bad_file_descriptor ? 1 : 0;
    _exit(2);
  }
  _exit(0);
}

std::string read_proc(pid_t process, const char* name) {
  std::ifstream stream("/proc/" + std::to_string(process) + "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Lets the child run and looks at every program that it or its children start.
class Watcher {
 public:
  Watcher(pid_t child, const Scenario& scenario, Ended& ended) : child_(child), scenario_(scenario), ended_(ended) {}
  ~Watcher() {
    for (const pid_t other : others_) kill(other, SIGKILL);
    kill(child_, SIGKILL);
    while (waitpid(-1, nullptr, __WALL) > 0 || errno == EINTR) {
    }
  }
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  void watch(int limit_ms) {
    const auto end = SteadyClock::now() + std::chrono::milliseconds(limit_ms);
    while (!over_ || (!others_.empty() && SteadyClock::now() < over_at_ + leave)) {
      int status = 0;
      const pid_t who = waitpid(-1, &status, WNOHANG | __WALL);
      if (who > 0) {
        handle_change(who, status);
        continue;
      }
      if (who < 0 && errno == ECHILD) break;
      if (SteadyClock::now() > end) {
        ended_.late = true;
        break;
      }
      await_child(std::chrono::milliseconds(50));
    }
    if (others_.empty() || !over_) return;
    ended_.left_process = command_of(*others_.begin());
    leave = std::chrono::milliseconds(20);
  }

 private:
  void handle_change(pid_t who, int status) {
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
      others_.erase(who);
      if (who != child_) return;
      over_ = true;
      over_at_ = SteadyClock::now();
      if (WIFSIGNALED(status)) ended_.signal = WTERMSIG(status);
      return;
    }
    if (!WIFSTOPPED(status)) return;
    int signal = WSTOPSIG(status);
    if (who == child_ && !ended_.traced) {
      ended_.traced = true;
      ptrace(PTRACE_SETOPTIONS, who, nullptr,
             PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |
                 PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL);
      signal = 0;
    } else if (who != child_ && others_.insert(who).second && signal == SIGSTOP) {
      signal = 0;
    }
    const int event = status >> 16;
    if (event == PTRACE_EVENT_EXEC) look_at(who);
    if (event == PTRACE_EVENT_SECCOMP) look_at_write(who);
    if (event != 0) signal = 0;
    ptrace(PTRACE_CONT, who, nullptr, signal);
  }

  void look_at(pid_t who) {
    std::string command = read_proc(who, "cmdline");
    const bool leaks = scenario_.holds_secret(command) || scenario_.holds_secret(read_proc(who, "environ"));
    if (leaks && ended_.leaking_child.empty()) ended_.leaking_child = command.substr(0, command.find('\0'));
  }

  void look_at_write(pid_t who) {
    const auto written = read_write(who);
    if (written && ended_.leaking_file.empty() && scenario_.holds_secret(written->bytes))
      ended_.leaking_file = written->file;
  }

  static std::string command_of(pid_t who) {
    const std::string command = read_proc(who, "cmdline");
    return command.substr(0, command.find('\0'));
  }

  /// For what was told to end, and not waited for; the next that stays need not be waited for as long.
  inline static std::chrono::milliseconds leave{1'000};

  pid_t child_;
  const Scenario& scenario_;
  Ended& ended_;
  std::set<pid_t> others_;
  SteadyClock::time_point over_at_;
  bool over_ = false;
};

bool holds_secret(const Scenario& scenario, const std::filesystem::path& file) {
  std::error_code error;
  constexpr std::uintmax_t kLargest = std::uintmax_t{4} << 20U;
  if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(file, error)) ||
      std::filesystem::file_size(file, error) > kLargest || error) {
    return false;
  }
  std::ifstream stream(file, std::ios::binary);
  return scenario.holds_secret(std::string(std::istreambuf_iterator<char>(stream), {}));
}

}  // namespace

SignalsBlocked::SignalsBlocked() {
  sigemptyset(&awaited);
  sigaddset(&awaited, SIGCHLD);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    struct sigaction action {};
    sigaction(signal, nullptr, &action);
    if (action.sa_handler != SIG_IGN) sigaddset(&awaited, signal);
  }
  sigprocmask(SIG_BLOCK, &awaited, &before_);
}

SignalsBlocked::~SignalsBlocked() {
  sigprocmask(SIG_SETMASK, &before_, nullptr);
}

void await_child(std::chrono::milliseconds most) {
  const timespec time{most.count() / 1'000, most.count() % 1'000 * 1'000'000};
  const int signal = sigtimedwait(&awaited, nullptr, &time);
  if (signal > 0 && signal != SIGCHLD) throw Stopped{signal};
}

Ended run_case(const Scenario& scenario, const std::map<std::string, std::string>& exported,
               const std::filesystem::path& directory, int limit_ms, const std::function<void(Findings&)>& body) {
  clear_last_words();
  Files files;
  const pid_t child = fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child == 0) be_child(files, exported, directory, body);

  Ended ended;
  Watcher(child, scenario, ended).watch(limit_ms);
  const LastWords& words = last_words();
  if (words.signal != 0) ended.signal = words.signal;
  ended.touched = static_cast<Kind>(words.touched);
  ended.closed = words.closed != 0;
  ended.watched = words.watched != 0;
  ended.where = words.where.data();
  constexpr std::size_t kMost = std::size_t{4} << 20U;
  ended.output = Files::read(files.output, kMost);
  ended.read_stdin = files.was_read();
  try {
    const std::string results = Files::read(files.results, kMost);
    if (!results.empty() && !ended.late && ended.signal == 0) {
      ended.findings = Findings::from_json(sdk::object_in(sdk::parse_json(results)));
      ended.complete = true;
    }
  } catch (const Poco::Exception&) {  // cut off: not complete
  }
  return ended;
}

std::optional<std::filesystem::path> leaking_file(const Scenario& scenario, const std::filesystem::path& directory,
                                                  std::filesystem::file_time_type since, bool shared) {
  namespace fs = std::filesystem;
  std::error_code error;
  for (const auto& entry :
       fs::recursive_directory_iterator(directory, fs::directory_options::skip_permission_denied, error)) {
    if (holds_secret(scenario, entry.path())) return entry.path();
  }
  if (!shared) return {};
  for (const char* root : {"/tmp", "/var/tmp", "/dev/shm"}) {
    for (const auto& entry : fs::directory_iterator(root, fs::directory_options::skip_permission_denied, error)) {
      std::error_code gone;
      const auto changed = fs::last_write_time(entry.path(), gone);
      if (!gone && changed >= since && holds_secret(scenario, entry.path())) return entry.path();
    }
  }
  return {};
}

}  // namespace heygen::check
