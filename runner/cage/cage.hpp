// SPDX-License-Identifier: Apache-2.0
// The cage of an isolated provider: what a process gives up before the provider's library is mapped. It uses libc
// alone, allocates nothing, and throws nothing. docs/isolation.md states what the cage holds back, and what it does
// not.
#pragma once

namespace heygen::cage {

/// What the process may still do. Paths are absolute; the arrays end with a null pointer, and a null array is empty.
/// All of it must outlive enter().
struct Plan {
  const char* const* read_files = nullptr;   ///< files and directories, beyond what the dynamic linker needs
  const char* const* write_files = nullptr;  ///< files and directories; they may be read, too
  const char* const* programs = nullptr;     ///< may be executed; a child stays in the cage
  const char* library = nullptr;             ///< the provider's file, or null when it comes as `library_fd`
  int library_fd = -1;                       ///< the sealed copy of a pinned library, or -1; stays open
  int socket = -1;                           ///< to the host: SOCK_STREAM or SOCK_SEQPACKET, connected; stays open
  bool session_bus = false;  ///< keeps DBUS_SESSION_BUS_ADDRESS and XDG_RUNTIME_DIR; the host makes the connection
  bool network = false;      ///< Internet sockets of its own
  bool threads = false;
  bool landlock = true;        ///< false: as on a kernel without it, for tests
  bool seccomp = true;         ///< false: as on a kernel without it, for tests
  bool require = true;         ///< fail where nothing holds. false is for tests
  unsigned memory_mib = 1024;  ///< address space; 0: unlimited, which sanitizers need
  unsigned cpu_seconds = 60;   ///< of CPU time; 0: unlimited
  unsigned files = 64;         ///< descriptors
};

/// What holds. The descriptors are the caller's.
struct Report {
  int landlock_abi = 0;  ///< 0: Landlock does not hold
  bool seccomp = false;
  bool named = false;     ///< attempts reach `notify_fd`
  char fault[256] = {0};  ///< why enter() failed, or what is missing
  /// Where the kernel asks about each attempt, or -1. Send it to the host (SCM_RIGHTS) and close it before the library
  /// is mapped: until the host serves it, each call that the filter does not allow waits.
  int notify_fd = -1;
  /// The memory of this process, to read, or -1. Goes with notify_fd in the same message, after it, and is closed as
  /// well: the host reads paths there, since no process can trace this one.
  int memory_fd = -1;
};

/// Gives up everything that `plan` does not name: environment, descriptors, terminal, capabilities, files, system
/// calls. There is no way back. Call it once, before there is a second thread. The process leads a session and a
/// process group that nothing within can leave, so kill(-pid) reaches all of it. True when the line holds: a seccomp
/// filter, and for paths Landlock or a supervisor. Otherwise false with `report.fault`, and the caller must exit: part
/// of it may be in effect.
bool enter(const Plan& plan, Report& report);

/// What this kernel has, without a change to the process.
struct Kernel {
  int landlock_abi = 0;  ///< 0: none, or disabled
  bool seccomp = false;  ///< filters
  bool notifications =
      false;  ///< the supervisor can answer; another supervisor around the process may still take that away
  bool holds() const { return seccomp && (landlock_abi > 0 || notifications); }
};
Kernel look();

}  // namespace heygen::cage
