// SPDX-License-Identifier: Apache-2.0
#include "core/provider/login/browser.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "core/base/environment.hpp"
#include "core/base/home.hpp"
#include "core/base/text.hpp"

namespace heygen::provider {
namespace {

using Words = std::vector<std::string>;

/// The program's path; "" when no executable file has that name.
std::string find_program(const std::string& name, const Environment& environment) {
  const auto runs = [](const std::string& path) {
    struct stat info {};
    return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && access(path.c_str(), X_OK) == 0;
  };
  if (name.find('/') != std::string::npos) {
    const std::string path = user_path(name, environment).string();
    return runs(path) ? path : std::string{};
  }
  for (const std::string& directory : split(environment.value("PATH"), ':')) {
    std::string path = directory;
    path += '/';
    path += name;
    if (directory.starts_with('/') && runs(path)) return path;
  }
  return {};
}

Words command_for(const std::string& text, const std::string& url) {
  Words words = split(text, ' ');
  std::erase(words, "");
  bool placed = false;
  for (std::string& word : words) {
    if (const std::size_t at = word.find("%s"); at != std::string::npos) {
      word.replace(at, 2, url);
      placed = true;
    }
  }
  if (!placed && !words.empty()) words.push_back(url);
  return words;
}

std::vector<Words> candidates(const std::string& url, const Environment& environment) {
  std::vector<Words> commands;
  for (const std::string& text : split(environment.value("BROWSER"), ':')) {
    if (Words words = command_for(text, url); !words.empty()) commands.push_back(std::move(words));
  }
  if (commands.empty()) commands.push_back({"xdg-open", url});
  return commands;
}

Words environment_without(const Words& hidden) {
  Words kept;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string name(text.substr(0, text.find('=')));
    if (std::ranges::find(hidden, name) == hidden.end()) kept.emplace_back(text);
  }
  return kept;
}

std::vector<char*> pointers(Words& words) {
  std::vector<char*> out;
  for (std::string& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

/// A process with /dev/null for a terminal, default signals, a session of its own and no other open file.
class SpawnPlan {
 public:
  SpawnPlan() {
    posix_spawn_file_actions_init(&files_);
    posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&files_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&files_, STDERR_FILENO + 1);
    posix_spawnattr_init(&attributes_);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(&attributes_,
                             static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID));
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  /// The process, or 0 when the program cannot be run.
  pid_t run(const std::string& program, Words& arguments, Words& variables) const {
    pid_t process = 0;
    const int failed = posix_spawn(&process, program.c_str(), &files_, &attributes_, pointers(arguments).data(),
                                   pointers(variables).data());
    return failed == 0 ? process : 0;
  }

 private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

bool browser_allowed(const Environment& environment) {
  return !environment.is_on("HEYGEN_NO_BROWSER") && !iequals(trim(environment.value("BROWSER")), "none");
}

std::string why_no_browser(const Environment& environment) {
  const auto runs = [&](const Words& words) { return !find_program(words.front(), environment).empty(); };
  if (std::ranges::any_of(candidates({}, environment), runs)) return {};
  if (environment.has("BROWSER")) return "BROWSER names no program that is installed";
  return "xdg-open is not installed";
}

bool is_browsable(std::string_view url) {
  const std::string lower = to_lower(url.substr(0, 8));
  return (lower.starts_with("http://") || lower.starts_with("https://")) &&
         std::ranges::all_of(url, [](char c) { return c > 0x20 && c < 0x7F; });
}

std::unique_ptr<BrowserChild> BrowserChild::start(const std::string& url, const Environment& environment,
                                                  const std::vector<std::string>& hidden) {
  const SpawnPlan plan;
  Words variables = environment_without(hidden);
  for (Words& words : candidates(url, environment)) {
    const std::string program = find_program(words.front(), environment);
    if (program.empty()) continue;
    const std::string name = words.front();
    if (const pid_t process = plan.run(program, words, variables); process != 0) {
      return std::unique_ptr<BrowserChild>(new BrowserChild(name, process));
    }
  }
  return nullptr;
}

BrowserChild::BrowserChild(std::string program, pid_t process)
    : program_(std::move(program)), process_(process), ended_(static_cast<int>(syscall(SYS_pidfd_open, process, 0))) {}

BrowserChild::~BrowserChild() {
  int status = 0;
  if (process_ != 0) waitpid(process_, &status, WNOHANG);
}

std::optional<std::string> BrowserChild::complaint() {
  int status = 0;
  const pid_t ended = process_ != 0 ? waitpid(process_, &status, WNOHANG) : 0;
  if (ended == 0) return {};
  process_ = 0;
  ended_.reset();
  if (ended < 0) return {};
  if (WIFSIGNALED(status)) return program_ + " was ended by signal " + std::to_string(WTERMSIG(status));
  if (WEXITSTATUS(status) != 0) return program_ + " ended with exit code " + std::to_string(WEXITSTATUS(status));
  return {};
}

}  // namespace heygen::provider
