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
#include "core/provider/login/surroundings.hpp"

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

/// The words of a command as a shell would split them; empty where a quote is not closed.
Words words_of(const std::string& text) {
  Words words;
  bool in_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
      in_word = false;
      continue;
    }
    if (!std::exchange(in_word, true)) words.emplace_back();
    if (c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      words.back() += text[++i];
    } else {
      words.back() += c;
    }
  }
  return quote == 0 ? words : Words{};
}

Words command_for(const std::string& text, const std::string& url) {
  Words words = words_of(text);
  if (!words.empty() && words.back() == "&") words.pop_back();
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

/// A PowerShell string in single quotes, in which only these have a meaning.
std::string powershell_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += c;
    out += c;
  }
  return out + "'";
}

std::vector<Words> commands_of_browser(const std::string& browser, const std::string& url,
                                       const Environment& environment) {
  // The path of a program may have spaces and colons: "/mnt/c/Program Files/…".
  if (browser.starts_with('/') && !find_program(browser, environment).empty()) return {{browser, url}};
  std::vector<Words> commands;
  for (const std::string& text : split(browser, ':')) {
    if (Words words = command_for(text, url); !words.empty()) commands.push_back(std::move(words));
  }
  return commands;
}

std::vector<Words> candidates(const std::string& url, const Environment& environment) {
  if (const std::string browser = environment.value("BROWSER"); !browser.empty())
    return commands_of_browser(browser, url, environment);
  std::vector<Words> commands;
  if (is_wsl(environment)) {
    constexpr const char* kShell = "/mnt/c/Windows/System32/WindowsPowerShell/v1.0/powershell.exe";
    commands.push_back({"wslview", url});
    for (const char* shell : {"powershell.exe", kShell})
      commands.push_back(
          {shell, "-NoProfile", "-NonInteractive", "-Command", "Start-Process " + powershell_quoted(url)});
  }
  if (has_display(environment)) commands.push_back({"xdg-open", url});
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

bool is_browsable(std::string_view url) {
  const std::string lower = to_lower(url.substr(0, 8));
  return (lower.starts_with("http://") || lower.starts_with("https://")) &&
         std::ranges::all_of(url, [](char c) { return c > 0x20 && c < 0x7F; });
}

std::string why_no_browser(const Environment& environment) {
  if (environment.is_on("HEYGEN_NO_BROWSER")) return "HEYGEN_NO_BROWSER is set";
  const std::string browser = environment.value("BROWSER");
  if (!browser_allowed(environment)) return "BROWSER is " + std::string(trim(browser));
  const std::vector<Words> commands = candidates("https://localhost/", environment);
  Words missing;
  for (const Words& words : commands) {
    if (!find_program(words.front(), environment).empty()) return {};
    if (missing.empty() || missing.back() != words.front()) missing.push_back(words.front());
  }
  if (!browser.empty() && missing.empty()) return "BROWSER has no command whose quotes are closed";
  const std::string names = join(missing, ", ");
  if (!browser.empty()) return "BROWSER names " + names + ", which cannot be run";
  if (!missing.empty()) return "no program that opens a browser is installed: " + names;
  return "neither DISPLAY nor WAYLAND_DISPLAY is set";
}

std::unique_ptr<BrowserChild> BrowserChild::start(const std::string& url, const Environment& environment,
                                                  const std::vector<std::string>& hidden) {
  std::vector<Command> commands;
  for (Words& words : candidates(url, environment)) {
    std::string program = find_program(words.front(), environment);
    if (!program.empty()) commands.push_back({words.front(), std::move(program), std::move(words)});
  }
  std::unique_ptr<BrowserChild> child(new BrowserChild(std::move(commands), environment_without(hidden)));
  return child->start_next() ? std::move(child) : nullptr;
}

bool BrowserChild::start_next() {
  const SpawnPlan plan;
  while (next_ < commands_.size()) {
    Command& command = commands_[next_++];
    process_ = plan.run(command.program, command.words, variables_);
    if (process_ == 0) continue;
    program_ = command.name;
    ended_.reset(static_cast<int>(syscall(SYS_pidfd_open, process_, 0)));
    return true;
  }
  return false;
}

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
  if (ended < 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 0)) return {};
  if (!complaints_.empty()) complaints_ += "; ";
  complaints_ += program_ + (WIFSIGNALED(status) ? " was ended by signal " + std::to_string(WTERMSIG(status))
                                                 : " ended with exit code " + std::to_string(WEXITSTATUS(status)));
  if (start_next()) return {};
  return complaints_;
}

}  // namespace heygen::provider
