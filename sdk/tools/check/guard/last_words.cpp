// SPDX-License-Identifier: Apache-2.0
#include "sdk/tools/check/guard/last_words.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace heygen::check {

LastWords& last_words() {
  static LastWords* const kShared = [] {
    void* memory = mmap(nullptr, sizeof(LastWords), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
    return static_cast<LastWords*>(memory);
  }();
  return *kShared;
}

void clear_last_words() {
  std::memset(static_cast<void*>(&last_words()), 0, sizeof(LastWords));
}

void set_where(std::string_view where) noexcept {
  std::array<char, 256>& out = last_words().where;
  const std::size_t size = std::min(where.size(), out.size() - 1);
  std::memcpy(out.data(), where.data(), size);
  out[size] = '\0';
}

}  // namespace heygen::check
