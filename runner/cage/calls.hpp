// SPDX-License-Identifier: Apache-2.0
// The system calls of this architecture, and what the cage does with each. The filter in the process and the host's
// supervisor read the same table.
#pragma once

#include <cstddef>
#include <string_view>

namespace heygen::cage {

enum class Way : unsigned char {
  deny,  ///< EPERM
  allow,
  absent,  ///< ENOSYS, so that the C library uses the older call, whose arguments a filter can read
  open,    ///< opens a path
  look,    ///< asks about a path
  change,  ///< changes what a path names
  exec,
  fork,
  clone,
  signal,   ///< allowed to the process itself
  fcntl,    ///< allowed by command
  ioctl,    ///< allowed by command
  prctl,    ///< allowed by option
  prlimit,  ///< allowed to read
  socket,   ///< allowed by family, with the need `network` or `session-bus`
  connect,  ///< allowed with the need `network`; on the session bus the host decides
  serve,    ///< allowed with the need `network` alone
  options,  ///< allowed with either of the two
};

struct Call {
  int number;
  std::string_view name;
  Way way;
};

namespace detail {

struct Named {
  std::string_view name;
  Way way;
};

/// What is not here is denied.
inline constexpr Named kWays[] = {
    // Memory and threads of the process itself.
    {"brk", Way::allow},
    {"mmap", Way::allow},
    {"munmap", Way::allow},
    {"mremap", Way::allow},
    {"mprotect", Way::allow},
    {"madvise", Way::allow},
    {"mincore", Way::allow},
    {"msync", Way::allow},
    {"mlock", Way::allow},
    {"mlock2", Way::allow},
    {"munlock", Way::allow},
    {"munlockall", Way::allow},
    {"pkey_alloc", Way::allow},
    {"pkey_free", Way::allow},
    {"pkey_mprotect", Way::allow},
    {"mseal", Way::allow},
    {"futex", Way::allow},
    {"futex_wait", Way::allow},
    {"futex_waitv", Way::allow},
    {"futex_wake", Way::allow},
    {"futex_requeue", Way::allow},
    {"set_robust_list", Way::allow},
    {"set_tid_address", Way::allow},
    {"rseq", Way::allow},
    {"membarrier", Way::allow},
    {"arch_prctl", Way::allow},
    {"exit", Way::allow},
    {"exit_group", Way::allow},
    {"restart_syscall", Way::allow},
    {"sched_yield", Way::allow},
    {"sched_getaffinity", Way::allow},
    {"sched_getparam", Way::allow},
    {"sched_getscheduler", Way::allow},
    {"sched_get_priority_max", Way::allow},
    {"sched_get_priority_min", Way::allow},
    {"getcpu", Way::allow},
    {"get_mempolicy", Way::allow},
    {"clone", Way::clone},
    {"clone3", Way::absent},
    // Descriptors that it has.
    {"read", Way::allow},
    {"write", Way::allow},
    {"readv", Way::allow},
    {"writev", Way::allow},
    {"pread64", Way::allow},
    {"pwrite64", Way::allow},
    {"preadv", Way::allow},
    {"pwritev", Way::allow},
    {"preadv2", Way::allow},
    {"pwritev2", Way::allow},
    {"lseek", Way::allow},
    {"close", Way::allow},
    {"close_range", Way::allow},
    {"dup", Way::allow},
    {"dup2", Way::allow},
    {"dup3", Way::allow},
    {"fstat", Way::allow},
    {"fstatfs", Way::allow},
    {"fsync", Way::allow},
    {"fdatasync", Way::allow},
    {"ftruncate", Way::allow},
    {"fallocate", Way::allow},
    {"flock", Way::allow},
    {"fadvise64", Way::allow},
    {"readahead", Way::allow},
    {"sendfile", Way::allow},
    {"copy_file_range", Way::allow},
    {"getdents", Way::allow},
    {"getdents64", Way::allow},
    {"pipe", Way::allow},
    {"pipe2", Way::allow},
    {"eventfd", Way::allow},
    {"eventfd2", Way::allow},
    {"poll", Way::allow},
    {"ppoll", Way::allow},
    {"select", Way::allow},
    {"pselect6", Way::allow},
    {"epoll_create", Way::allow},
    {"epoll_create1", Way::allow},
    {"epoll_ctl", Way::allow},
    {"epoll_wait", Way::allow},
    {"epoll_pwait", Way::allow},
    {"epoll_pwait2", Way::allow},
    {"fcntl", Way::fcntl},
    {"ioctl", Way::ioctl},
    // The socket to the host. There is no other one without a need.
    {"sendto", Way::allow},
    {"recvfrom", Way::allow},
    {"sendmsg", Way::allow},
    {"recvmsg", Way::allow},
    {"shutdown", Way::allow},
    // Time, signals, and who it is.
    {"clock_gettime", Way::allow},
    {"clock_getres", Way::allow},
    {"clock_nanosleep", Way::allow},
    {"nanosleep", Way::allow},
    {"gettimeofday", Way::allow},
    {"time", Way::allow},
    {"times", Way::allow},
    {"getitimer", Way::allow},
    {"setitimer", Way::allow},
    {"alarm", Way::allow},
    {"pause", Way::allow},
    {"timer_create", Way::allow},
    {"timer_delete", Way::allow},
    {"timer_getoverrun", Way::allow},
    {"timer_gettime", Way::allow},
    {"timer_settime", Way::allow},
    {"timerfd_create", Way::allow},
    {"timerfd_gettime", Way::allow},
    {"timerfd_settime", Way::allow},
    {"rt_sigaction", Way::allow},
    {"rt_sigpending", Way::allow},
    {"rt_sigprocmask", Way::allow},
    {"rt_sigreturn", Way::allow},
    {"rt_sigsuspend", Way::allow},
    {"rt_sigtimedwait", Way::allow},
    {"sigaltstack", Way::allow},
    {"signalfd", Way::allow},
    {"signalfd4", Way::allow},
    {"kill", Way::signal},
    {"tgkill", Way::signal},
    {"getpid", Way::allow},
    {"getppid", Way::allow},
    {"gettid", Way::allow},
    {"getpgrp", Way::allow},
    {"getpgid", Way::allow},
    {"getsid", Way::allow},
    {"getuid", Way::allow},
    {"geteuid", Way::allow},
    {"getgid", Way::allow},
    {"getegid", Way::allow},
    {"getresuid", Way::allow},
    {"getresgid", Way::allow},
    {"getgroups", Way::allow},
    {"getrlimit", Way::allow},
    {"getrusage", Way::allow},
    {"prlimit64", Way::prlimit},
    {"getrandom", Way::allow},
    {"uname", Way::allow},
    {"sysinfo", Way::allow},
    {"umask", Way::allow},
    {"getcwd", Way::allow},
    {"capget", Way::allow},
    {"prctl", Way::prctl},
    {"wait4", Way::allow},
    {"waitid", Way::allow},
    // Files by path.
    {"open", Way::open},
    {"openat", Way::open},
    {"openat2", Way::open},
    {"creat", Way::open},
    {"stat", Way::look},
    {"lstat", Way::look},
    {"newfstatat", Way::look},
    {"statx", Way::look},
    {"access", Way::look},
    {"faccessat", Way::look},
    {"faccessat2", Way::look},
    {"readlink", Way::look},
    {"readlinkat", Way::look},
    {"statfs", Way::look},
    {"mkdir", Way::change},
    {"mkdirat", Way::change},
    {"rmdir", Way::change},
    {"unlink", Way::change},
    {"unlinkat", Way::change},
    {"rename", Way::change},
    {"renameat", Way::change},
    {"renameat2", Way::change},
    // Programs.
    {"execve", Way::exec},
    {"execveat", Way::exec},
    {"fork", Way::fork},
    {"vfork", Way::fork},
    // Networks.
    {"socket", Way::socket},
    {"connect", Way::connect},
    {"bind", Way::serve},
    {"listen", Way::serve},
    {"accept", Way::serve},
    {"accept4", Way::serve},
    {"sendmmsg", Way::options},
    {"recvmmsg", Way::options},
    {"getsockname", Way::options},
    {"getpeername", Way::options},
    {"getsockopt", Way::options},
    {"setsockopt", Way::options},
};

consteval Way way_of(std::string_view name) {
  for (const Named& named : kWays) {
    if (named.name == name) return named.way;
  }
  return Way::deny;
}

}  // namespace detail

#define CALL(number, name) Call{number, name, detail::way_of(name)},
/// In the order of the numbers.
inline constexpr Call kCalls[] = {
#if defined(__x86_64__)
#include "runner/cage/numbers_x86_64.inc"
#elif defined(__aarch64__)
#include "runner/cage/numbers_arm64.inc"
#else
#error "The cage has no table of system calls for this architecture"
#endif
};
#undef CALL

/// The row of a number, or null.
constexpr const Call* find_call(int number) {
  for (const Call& call : kCalls) {
    if (call.number == number) return &call;
  }
  return nullptr;
}

}  // namespace heygen::cage
