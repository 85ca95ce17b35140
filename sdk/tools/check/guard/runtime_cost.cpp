// SPDX-License-Identifier: Apache-2.0
#include "sdk/tools/check/guard/runtime_cost.hpp"

#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>

#include "sdk/tools/check/guard/threads.hpp"

namespace heygen::check {
namespace {

bool accepted = false;

std::int64_t resident_kib() {
  std::ifstream facts("/proc/self/statm");
  std::int64_t total = 0, resident = 0;
  facts >> total >> resident;
  constexpr std::int64_t kKib = 1024;
  return resident * (sysconf(_SC_PAGESIZE) / kKib);
}

std::string handlers_between(const Footprint& before, const Footprint& after) {
  std::string names;
  int more = 0;
  for (std::size_t signal = 1; signal < before.handlers.size(); ++signal) {
    if (before.handlers.at(signal) == after.handlers.at(signal)) continue;
    const char* name = sigabbrev_np(static_cast<int>(signal));
    if (name == nullptr)
      ++more;
    else
      names += std::string(names.empty() ? "" : " ") + "SIG" + name;
  }
  if (more > 0) names += (names.empty() ? "" : " and ") + std::to_string(more) + " real-time ones";
  return names.empty() ? "no signal handlers" : "signal handlers " + names;
}

}  // namespace

Footprint Footprint::now() {
  Footprint found;
  found.threads = thread_count();
  found.resident_kib = check::resident_kib();
  for (std::size_t signal = 1; signal < found.handlers.size(); ++signal) {
    struct sigaction action {};
    sigaction(static_cast<int>(signal), nullptr, &action);
    std::memcpy(&found.handlers.at(signal), &action.sa_sigaction, sizeof(void*));
  }
  return found;
}

std::string cost_between(const Footprint& before, const Footprint& after, std::int64_t load_ms) {
  constexpr std::int64_t kMib = 1024;
  return std::to_string(after.threads - before.threads) + " threads, " + handlers_between(before, after) + ", " +
         std::to_string(load_ms) + " ms, " + std::to_string((after.resident_kib - before.resident_kib) / kMib) + " MiB";
}

void accept_runtime() {
  accepted = true;
}

bool runtime_accepted() {
  return accepted;
}

}  // namespace heygen::check
