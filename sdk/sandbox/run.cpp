// SPDX-License-Identifier: Apache-2.0
#include "sdk/sandbox/run.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iostream>

#include "sdk/sandbox/base/text.hpp"
#include "sdk/sandbox/heygen_environment.hpp"

namespace heygen::sandbox {
namespace {

std::vector<std::string> merged_environment(const std::vector<std::pair<std::string, std::string>>& variables) {
  std::vector<std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('='));
    const bool replaced =
        std::any_of(variables.begin(), variables.end(), [&](const auto& variable) { return variable.first == name; });
    const auto misleading = misleading_variables();
    if (!replaced && std::find(misleading.begin(), misleading.end(), name) == misleading.end())
      merged.emplace_back(text);
  }
  for (const auto& [name, value] : variables) {
    std::string& entry = merged.emplace_back(name);
    entry += '=';
    entry += value;
  }
  return merged;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

/// The child gets an open signal mask: this process blocks what it waits for, and Poco blocks SIGPIPE.
int spawn(pid_t& child, std::vector<std::string> program, std::vector<std::string> environment) {
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none;
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  const int error = ::posix_spawnp(&child, program[0].c_str(), nullptr, &attributes, pointers(program).data(),
                                   pointers(environment).data());
  ::posix_spawnattr_destroy(&attributes);
  return error;
}

/// True, with the status, once the child is gone.
bool reap(pid_t child, int& status) {
  int raw = 0;
  if (::waitpid(child, &raw, WNOHANG) != child) return false;
  status = WIFSIGNALED(raw) ? 128 + WTERMSIG(raw) : WEXITSTATUS(raw);
  return true;
}

}  // namespace

sigset_t handled_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGCHLD}) ::sigaddset(&signals, signal);
  return signals;
}

int run_program(const std::vector<std::string>& program,
                const std::vector<std::pair<std::string, std::string>>& variables) {
  std::signal(SIGCHLD, SIG_DFL);  // inherited as ignored, there would be nothing to wait for
  pid_t child = 0;
  if (const int error = spawn(child, program, merged_environment(variables)); error != 0) {
    std::cerr << "heygen-sandbox: Could not start " << printable(program[0]) << ": " << describe_errno(error) << ".\n";
    return error == ENOENT ? 127 : 126;
  }
  const sigset_t signals = handled_signals();
  for (int status = 0;;) {
    if (reap(child, status)) return status;
    siginfo_t info;
    const int signal = ::sigwaitinfo(&signals, &info);
    // The terminal sends its signals to the whole foreground group: the child has those already.
    if (signal > 0 && signal != SIGCHLD && info.si_code != SI_KERNEL) ::kill(child, signal);
  }
}

void wait_for_end() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) ::sigaddset(&signals, signal);
  int signal = 0;
  ::sigwait(&signals, &signal);
}

}  // namespace heygen::sandbox
