// SPDX-License-Identifier: Apache-2.0
#include "sdk/tools/check/guard/guarded_memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <new>
#include <vector>

namespace heygen::check {
namespace {

struct Range {
  std::uintptr_t begin = 0, end = 0;
  Kind kind = Kind::none;
};

// Fixed, since a signal handler reads it; the oldest are forgotten, their pages stay unreadable.
std::array<Range, 8192> ranges;
std::atomic<std::size_t> used{0};

void remember(void* begin, std::size_t size, Kind kind) {
  const auto at = reinterpret_cast<std::uintptr_t>(begin);
  ranges.at(used % ranges.size()) = {at, at + size, kind};
  ++used;
}

}  // namespace

void* GuardedMemory::place(const void* bytes, std::size_t size, Kind kind) {
  if (count_ == 0) first_ = used;
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t room = (size + page - 1) / page * page;
  void* start = mmap(nullptr, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) throw std::bad_alloc();
  char* guard = static_cast<char*>(start) + room;
  mprotect(guard, page, PROT_NONE);
  remember(start, room, kind);
  remember(guard, page, Kind::past_end);
  count_ += 2;
  // Structs end at the guard, as far as their alignment lets them.
  const std::size_t offset = kind == Kind::record ? (room - size) / alignof(void*) * alignof(void*) : room - size;
  return std::memcpy(static_cast<char*>(start) + offset, bytes, size);
}

void* GuardedMemory::record(const void* record, std::size_t size, std::size_t cut, std::size_t tail) {
  std::vector<unsigned char> bytes(size + tail, 0xA5);
  std::memcpy(bytes.data(), record, size);
  const auto stated = static_cast<std::uint32_t>(size - cut + tail);
  std::memcpy(bytes.data(), &stated, sizeof stated);
  return place(bytes.data(), size - cut + tail, Kind::record);
}

const char* GuardedMemory::text(std::string_view text) {
  return static_cast<const char*>(place(text.data(), text.size(), Kind::text));
}

GuardedMemory::~GuardedMemory() {
  for (std::size_t i = first_; i < first_ + count_; ++i) {
    const Range& range = ranges.at(i % ranges.size());
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the range is kept as numbers, for they outlive the memory
    mprotect(reinterpret_cast<void*>(range.begin), range.end - range.begin, PROT_NONE);
  }
}

Kind kind_of(const void* address) noexcept {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  for (const Range& range : ranges) {
    if (at >= range.begin && at < range.end) return range.kind;
  }
  return Kind::none;
}

}  // namespace heygen::check
