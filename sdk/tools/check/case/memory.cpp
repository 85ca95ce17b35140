// SPDX-License-Identifier: Apache-2.0
#include "sdk/tools/check/case/memory.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

#include "core/base/fd.hpp"
#include "core/base/file.hpp"
#include "sdk/tools/check/case/process.hpp"

namespace heygen::check {
namespace {

namespace fs = std::filesystem;
constexpr const char* kRule = "memory-use";

bool is_installed(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::string rest = path != nullptr ? path : "/usr/bin:/bin";
  while (!rest.empty()) {
    const std::size_t end = rest.find(':');
    if (access((rest.substr(0, end) + "/" + program).c_str(), X_OK) == 0) return true;
    rest = end == std::string::npos ? "" : rest.substr(end + 1);
  }
  return false;
}

/// Ends with the check, however that comes about.
class Program {
 public:
  explicit Program(pid_t child) : child_(child) {}
  ~Program() {
    if (child_ <= 0) return;
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  void ended() { child_ = 0; }

 private:
  pid_t child_;
};

/// A file that goes with this object.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string name) : name_(std::move(name)) {}
  ~TemporaryFile() { unlink(name_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

 private:
  std::string name_;
};

/// The exit code, or -1 past the limit.
int run(const std::vector<std::string>& words, int limit_s) {
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const UniqueFd nothing = open_file("/dev/null", O_RDWR);
    for (const int file : {0, 1, 2}) dup2(nothing.get(), file);
    execvp(arguments.front(), arguments.data());
    _exit(127);
  }
  Program program(child);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(limit_s);
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > end) return -1;
    await_child(std::chrono::milliseconds(50));
  }
  program.ended();
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const std::size_t from = text.find(begin);
  if (from == std::string::npos) return {};
  const std::size_t at = from + begin.size();
  return text.substr(at, text.find(end, at) - at);
}

/// Errors of valgrind's XML in which code of the library takes part.
void read_errors(const fs::path& xml, const fs::path& library, Findings& findings) {
  std::ifstream stream(xml);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  for (std::size_t at = 0; (at = text.find("<error>", at)) != std::string::npos; ++at) {
    const std::string error = text.substr(at, text.find("</error>", at) - at);
    if (error.find("<obj>" + library.string() + "</obj>") == std::string::npos) continue;
    const std::string words = between(error, "<text>", "</text>");
    const std::string frame = error.substr(error.rfind("<frame>", error.find("<obj>" + library.string())));
    findings.fail(kRule, (words.empty() ? between(error, "<what>", "</what>") : words) + " in " +
                             between(frame, "<fn>", "</fn>") + "()");
  }
}

}  // namespace

void check_memory(const fs::path& library, const fs::path& scenario_file, std::size_t index, const ElfFacts& elf,
                  Findings& findings) {
  if (!elf.sanitizer.empty())
    return findings.skip(kRule, "it is built with " + elf.sanitizer + ", which reports by itself");
  if (!is_installed("valgrind")) return findings.skip(kRule, "valgrind is not installed");
  std::string name = (fs::temp_directory_path() / "heygen-check-memory.XXXXXX").string();
  const UniqueFd file(mkstemp(name.data()));
  if (!file) return findings.skip(kRule, "could not create a temporary file");
  const TemporaryFile removed(name);
  constexpr int kLimit = 120;
  const std::string self = fs::read_symlink("/proc/self/exe").string();
  std::vector<std::string> words{"valgrind",
                                 "--quiet",
                                 "--leak-check=full",
                                 "--show-leak-kinds=definite",
                                 "--errors-for-leak-kinds=definite",
                                 "--xml=yes",
                                 "--xml-file=" + name,
                                 self,
                                 "run-once",
                                 library.string(),
                                 std::to_string(index)};
  if (!scenario_file.empty()) words.push_back(fs::absolute(scenario_file).string());
  const int code = run(words, kLimit);
  if (code == 0) {
    findings.cover(kRule);
    read_errors(name, library, findings);
  } else {
    findings.skip(kRule, "valgrind did not finish (" + std::to_string(code) + ")");
  }
}

}  // namespace heygen::check
