// SPDX-License-Identifier: Apache-2.0
// What the runtime of a language (Go, .NET) does to the process that loads it. A provider that declares it is judged by
// what else it does, and the report says what it costs.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace heygen::check {

constexpr int kSignals = 65;

struct Footprint {
  int threads = 0;
  std::int64_t resident_kib = 0;
  std::array<void*, kSignals> handlers{};

  static Footprint now();
};

/// "5 threads, handlers of SIGILL and SIGFPE, 12 ms, 3 MiB"
std::string cost_between(const Footprint& before, const Footprint& after, std::int64_t load_ms);

/// From now on threads, signal handlers, the limit of open files and functions at exit are a cost, not a fault.
void accept_runtime();
bool runtime_accepted();

}  // namespace heygen::check
