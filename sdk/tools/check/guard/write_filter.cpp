// SPDX-License-Identifier: Apache-2.0
#include "sdk/tools/check/guard/write_filter.hpp"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <vector>

namespace heygen::check {
namespace {

/// As Linux gives it (include/uapi/linux/ptrace.h), which C libraries declare each in their own way.
struct SyscallInfo {
  std::uint8_t op;
  std::array<std::uint8_t, 3> padding;
  std::uint32_t arch;
  std::uint64_t instruction, stack;
  std::uint64_t number;
  std::array<std::uint64_t, 6> arguments;
  std::uint32_t data;
};
constexpr int kGetSyscallInfo = 0x420e;
constexpr std::uint8_t kStoppedByFilter = 3;

constexpr std::size_t kMostBytes = std::size_t{1} << 20U;

std::string read_memory(pid_t process, std::uint64_t address, std::uint64_t size) {
  std::string text(std::min<std::uint64_t>(size, kMostBytes), '\0');
  const iovec here{text.data(), text.size()};
  // NOLINTNEXTLINE(performance-no-int-to-ptr): an address of the other process
  const iovec there{reinterpret_cast<void*>(address), text.size()};
  const ssize_t got = process_vm_readv(process, &here, 1, &there, 1, 0);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

std::string read_parts(pid_t process, std::uint64_t address, std::uint64_t count) {
  constexpr std::uint64_t kMostParts = 1'024;
  const std::string list = read_memory(process, address, std::min(count, kMostParts) * sizeof(iovec));
  std::string text;
  for (std::size_t at = 0; at + sizeof(iovec) <= list.size(); at += sizeof(iovec)) {
    iovec part{};
    std::copy_n(list.data() + at, sizeof part, reinterpret_cast<char*>(&part));
    text += read_memory(process, reinterpret_cast<std::uintptr_t>(part.iov_base), part.iov_len);
  }
  return text;
}

/// The path of a file of the file system, or "".
std::string file_behind(pid_t process, std::uint64_t descriptor) {
  const std::string link = "/proc/" + std::to_string(process) + "/fd/" + std::to_string(static_cast<int>(descriptor));
  struct stat facts {};
  if (stat(link.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return {};
  std::error_code error;
  const std::string path = std::filesystem::read_symlink(link, error).string();
  return path.starts_with("/memfd:") ? "" : path;
}

}  // namespace

bool stop_for_writes() noexcept {
  constexpr auto kNumber = static_cast<std::uint32_t>(offsetof(seccomp_data, nr));
  std::array<sock_filter, 7> program{{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kNumber),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_write, 4, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_pwrite64, 3, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_writev, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_pwritev, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
  }};
  const sock_fprog filter{program.size(), program.data()};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

std::optional<Written> read_write(pid_t process) {
  SyscallInfo info{};
  // NOLINTNEXTLINE(performance-no-int-to-ptr): ptrace() takes the size in place of an address
  const long got =
      ptrace(static_cast<__ptrace_request>(kGetSyscallInfo), process, reinterpret_cast<void*>(sizeof info), &info);
  if (got <= 0 || info.op != kStoppedByFilter) return {};
  Written written;
  written.file = file_behind(process, info.arguments[0]);
  if (written.file.empty()) return {};
  const bool whole = info.number == __NR_write || info.number == __NR_pwrite64;
  written.bytes = whole ? read_memory(process, info.arguments[1], info.arguments[2])
                        : read_parts(process, info.arguments[1], info.arguments[2]);
  return written;
}

}  // namespace heygen::check
