// SPDX-License-Identifier: Apache-2.0
#include "sdk/tools/check/guard/process_state.hpp"

#include <dirent.h>
#include <unistd.h>

#include <clocale>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace heygen::check {
namespace {

std::string signal_name(std::size_t number) {
  return strsignal(static_cast<int>(number));
}

std::map<int, std::string> open_descriptors() {
  std::map<int, std::string> found;
  DIR* directory = opendir("/proc/self/fd");
  if (directory == nullptr) return found;
  while (const dirent* entry = readdir(directory)) {
    const int number = std::atoi(entry->d_name);
    if (entry->d_name[0] == '.' || number == dirfd(directory)) continue;
    std::error_code error;
    found[number] = std::filesystem::read_symlink(std::string("/proc/self/fd/") + entry->d_name, error).string();
  }
  closedir(directory);
  return found;
}

}  // namespace

ProcessState ProcessState::now() {
  ProcessState state;
  for (std::size_t signal = 1; signal < state.actions.size(); ++signal) {
    sigaction(static_cast<int>(signal), nullptr, &state.actions.at(signal));
  }
  sigprocmask(SIG_SETMASK, nullptr, &state.mask);
  state.directory = std::filesystem::current_path().string();
  state.locale = std::setlocale(LC_ALL, nullptr);
  state.creation = umask(022);
  umask(state.creation);
  for (std::size_t one = 0; one < state.limits.size(); ++one) {
    getrlimit(static_cast<__rlimit_resource_t>(one), &state.limits.at(one));
  }
  for (std::size_t file = 0; file < state.streams.size(); ++file) {
    struct stat facts {};
    if (fstat(static_cast<int>(file), &facts) == 0) state.streams.at(file) = {facts.st_dev, facts.st_ino};
  }
  state.descriptors = open_descriptors();
  for (char** one = environ; *one != nullptr; ++one) state.variables.emplace_back(*one);
  return state;
}

std::string ProcessState::signal_difference(const ProcessState& before) const {
  for (std::size_t signal = 1; signal < actions.size(); ++signal) {
    if (std::memcmp(&actions.at(signal).sa_sigaction, &before.actions.at(signal).sa_sigaction, sizeof(void*)) != 0) {
      return "the handler of " + signal_name(signal) + " changed";
    }
    if (sigismember(&mask, static_cast<int>(signal)) != sigismember(&before.mask, static_cast<int>(signal))) {
      return "the signal mask changed for " + signal_name(signal);
    }
  }
  return {};
}

std::string ProcessState::descriptor_difference(const ProcessState& before) const {
  for (const auto& [number, target] : descriptors) {
    const auto found = before.descriptors.find(number);
    if (found == before.descriptors.end()) return "the descriptor of " + target + " is left open";
    if (found->second != target) return "a descriptor of " + found->second + " leads to " + target;
  }
  for (const auto& [number, target] : before.descriptors) {
    if (!descriptors.contains(number)) return "the descriptor of " + target + " was closed";
  }
  return {};
}

std::string ProcessState::difference(const ProcessState& before, bool runtime) const {
  if (!runtime) {
    if (std::string signals = signal_difference(before); !signals.empty()) return signals;
  }
  if (directory != before.directory) return "the working directory changed";
  if (locale != before.locale) return "the locale changed to " + locale;
  if (creation != before.creation) return "the umask changed";
  for (std::size_t one = 0; one < limits.size(); ++one) {
    const bool same = std::memcmp(&limits.at(one), &before.limits.at(one), sizeof(rlimit)) == 0;
    const bool files_of_runtime = runtime && one == RLIMIT_NOFILE;  // Go raises it
    if (!same && !files_of_runtime) return "a limit of setrlimit() changed";
  }
  if (streams != before.streams) return "stdin, stdout or stderr was closed, or leads elsewhere";
  if (variables != before.variables) return "the environment changed";
  return runtime ? "" : descriptor_difference(before);
}

}  // namespace heygen::check
