// SPDX-License-Identifier: Apache-2.0
#include "sdk/tools/check/guard/threads.hpp"

#include <dirent.h>

#include <chrono>
#include <thread>

#include "sdk/tools/check/guard/runtime_cost.hpp"

namespace heygen::check {

int thread_count() {
  int count = 0;
  if (DIR* directory = opendir("/proc/self/task")) {
    while (const dirent* entry = readdir(directory)) count += entry->d_name[0] != '.' ? 1 : 0;
    closedir(directory);
  }
  return count;
}

bool threads_stay(int count) {
  if (runtime_accepted()) return false;
  static int most = 500;  // a joined thread is listed a little longer
  for (int tries = 0; thread_count() > count; ++tries) {
    if (tries == most) return most = 1, true;  // no need to wait for the next as long
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

}  // namespace heygen::check
