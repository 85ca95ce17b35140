// SPDX-License-Identifier: Apache-2.0
#include "core/provider/isolated/attempt/child_memory.hpp"

#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstring>
#include <utility>

namespace heygen::provider {

ChildMemory::ChildMemory(UniqueFd memory, pid_t child) : memory_(std::move(memory)), child_(child) {}

std::size_t ChildMemory::read(pid_t pid, std::uint64_t address, std::span<char> out) const {
  // A program that the provider executes has a memory of its own, even under the same number; threads share the first.
  const auto own = [&]() -> ssize_t {
    return memory_ ? pread(memory_.get(), out.data(), out.size(), static_cast<off_t>(address)) : -1;
  };
  const auto other = [&] {
    iovec local{out.data(), out.size()};
    iovec remote{reinterpret_cast<void*>(address), out.size()};
    return process_vm_readv(pid, &local, 1, &remote, 1, 0);
  };
  ssize_t got = pid == child_ ? own() : other();
  if (got <= 0) got = pid == child_ ? other() : own();
  return got > 0 ? static_cast<std::size_t>(got) : 0;
}

std::optional<std::string> ChildMemory::text(pid_t pid, std::uint64_t address) const {
  std::string found;
  std::array<char, 256> piece{};
  while (address != 0 && found.size() < PATH_MAX) {
    // Up to the end of a page, because the next one may not be there.
    const std::size_t size = piece.size() - address % piece.size();
    const std::size_t got = read(pid, address, std::span(piece).first(size));
    if (got == 0) return std::nullopt;
    if (const void* end = std::memchr(piece.data(), '\0', got)) {
      return found.append(piece.data(), static_cast<std::size_t>(static_cast<const char*>(end) - piece.data()));
    }
    found.append(piece.data(), got);
    address += got;
  }
  return std::nullopt;
}

}  // namespace heygen::provider
