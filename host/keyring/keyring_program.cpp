// SPDX-License-Identifier: Apache-2.0
#include "host/keyring/keyring_program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/environment.hpp"
#include "core/base/fd.hpp"
#include "core/base/file.hpp"
#include "core/base/secret.hpp"

namespace heygen::host {

namespace {

using SteadyClock = std::chrono::steady_clock;
using store::KeyringFault;

constexpr std::size_t kLongestAnswer = std::size_t{8} << 20U;

/// Started with one end of a socket as its stdin and stdout; killed with this object.
class Child {
 public:
  Child(const std::filesystem::path& program, std::vector<std::string> environment) {
    std::array<int, 2> ends{-1, -1};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
      throw KeyringFault("no socket can be made: " + describe_errno(errno));
    end_ = UniqueFd(ends[0]);
    const UniqueFd childs(ends[1]);
    std::string path = program.string();
    std::array<char*, 2> words{path.data(), nullptr};
    std::vector<char*> variables;
    for (std::string& variable : environment) variables.push_back(variable.data());
    variables.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&files, childs.get(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, childs.get(), STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
    sigset_t none;
    sigemptyset(&none);
    sigset_t all;
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes,
                             static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID));
    const int fault = posix_spawn(&pid_, path.c_str(), &files, &attributes, words.data(), variables.data());
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    if (fault == 0) return;
    pid_ = -1;
    if (fault == ENOENT) throw KeyringFault("the program " + path + " is not installed");
    throw KeyringFault("the program " + path + " cannot be started: " + describe_errno(fault));
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ < 0) return;
    kill(pid_, SIGKILL);
    retry_interrupted([&] { return waitpid(pid_, nullptr, 0); });
  }

  /// What it says to this; cut off at the limit.
  std::string exchange(std::string_view request, std::chrono::milliseconds limit) {
    const SteadyClock::time_point deadline = SteadyClock::now() + limit;
    std::string answer;
    answer.reserve(std::size_t{64} << 10U);
    std::array<char, 16384> piece{};
    for (bool is_open = true; is_open && answer.size() < kLongestAnswer;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - SteadyClock::now());
      if (left.count() <= 0)
        throw KeyringFault("it did not respond within " + std::to_string(limit.count() / 1000) + " seconds");
      pollfd ready{end_.get(), static_cast<short>(request.empty() ? POLLIN : POLLIN | POLLOUT), 0};
      if (poll(&ready, 1, static_cast<int>(left.count())) <= 0) continue;
      if (!request.empty() && (ready.revents & POLLOUT) != 0) {
        const ssize_t sent = send(end_.get(), request.data(), request.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0) request.remove_prefix(static_cast<std::size_t>(sent));
        if (request.empty()) shutdown(end_.get(), SHUT_WR);
      }
      if ((ready.revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
      const ssize_t got = recv(end_.get(), piece.data(), piece.size(), MSG_DONTWAIT);
      if (got > 0) answer.append(piece.data(), static_cast<std::size_t>(got));
      is_open = got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
    }
    explicit_bzero(piece.data(), piece.size());
    return answer;
  }

 private:
  UniqueFd end_;
  pid_t pid_ = -1;
};

}  // namespace

KeyringProgram::KeyringProgram(std::filesystem::path program, const Environment& environment,
                               std::chrono::milliseconds limit)
    : program_(std::move(program)), environment_(environment), limit_(limit) {}

std::optional<std::string> KeyringProgram::ask(const char* operation, const store::KeyringKey& key,
                                               const std::string& secret) const {
  if (program_.empty()) throw KeyringFault("the program heygen-keyring is not installed");
  std::vector<std::string> variables;
  for (const char* name : {"DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "HOME"}) {
    if (const std::optional<std::string> value = environment_.get(name)) variables.push_back(name + ("=" + *value));
  }
  std::string request = std::string(operation) + '\n' + key.profile + '\n' + key.slot + '\n' + key.item + '\n' +
                        key.version + '\n' + secret;
  const Wiper request_wiper{request};
  std::string answer = Child(program_, std::move(variables)).exchange(request, limit_);
  const Wiper answer_wiper{answer};
  const std::size_t end = answer.find('\n');
  if (end == std::string::npos) throw KeyringFault("heygen-keyring ended without a response");
  const std::string_view word = std::string_view(answer).substr(0, end);
  std::string rest = answer.substr(end + 1);
  if (word == "ok") return rest;
  if (word == "absent") return {};
  throw KeyringFault(rest);
}

void KeyringProgram::check() {
  ask("check", {}, {});
}

std::optional<std::string> KeyringProgram::get(const store::KeyringKey& key) {
  return ask("get", key, {});
}

void KeyringProgram::put(const store::KeyringKey& key, const std::string& secret) {
  ask("put", key, secret);
}

void KeyringProgram::drop_all_but(const store::KeyringKey& key) {
  ask("drop", key, {});
}

std::filesystem::path keyring_program(const std::filesystem::path& executable) {
  if (executable.empty()) return {};
  return executable.parent_path().parent_path() / "libexec" / "heygen" / "heygen-keyring";
}

}  // namespace heygen::host
