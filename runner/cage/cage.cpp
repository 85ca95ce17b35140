// SPDX-License-Identifier: Apache-2.0
#include "runner/cage/cage.hpp"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <initializer_list>

#include "runner/cage/filter.hpp"
#include "runner/cage/landlock.hpp"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

namespace heygen::cage {
namespace {

/// `what` and the text of an error number, cut to the room that there is.
bool fail(Report& report, const char* what, int error = 0) {
  size_t at = 0;
  const auto append = [&](const char* text) {
    while (*text != '\0' && at + 1 < sizeof report.fault) report.fault[at++] = *text++;
  };
  append(what);
  if (error != 0) {
    append(": ");
    const char* text = strerrordesc_np(error);
    append(text != nullptr ? text : "unknown error");
  }
  report.fault[at] = '\0';
  return false;
}

bool is_kept(const char* entry) {
  return strncmp(entry, "DBUS_SESSION_BUS_ADDRESS=", 25) == 0 || strncmp(entry, "XDG_RUNTIME_DIR=", 16) == 0;
}

/// The texts are overwritten, because a library could look for them on the stack.
void drop_environment(bool session_bus) {
  if (environ == nullptr) return;
  char** kept = environ;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (session_bus && is_kept(*entry)) {
      *kept++ = *entry;
    } else {
      explicit_bzero(*entry, strlen(*entry));
    }
  }
  *kept = nullptr;
}

bool close_all_but(const Plan& plan) {
  const int first = plan.socket < plan.library_fd ? plan.socket : plan.library_fd;
  const int second = plan.socket < plan.library_fd ? plan.library_fd : plan.socket;
  unsigned from = 3;
  for (const int keep : {first, second}) {
    if (keep < 3) continue;
    const unsigned kept = static_cast<unsigned>(keep);
    if (kept > from && syscall(SYS_close_range, from, kept - 1, 0) != 0) return false;
    from = kept + 1;
  }
  return syscall(SYS_close_range, from, ~0U, 0) == 0;
}

/// For kernels before 5.9.
void close_one_by_one(const Plan& plan) {
  struct rlimit limit {};
  getrlimit(RLIMIT_NOFILE, &limit);
  const int end = limit.rlim_cur > (1 << 20) ? 1 << 20 : static_cast<int>(limit.rlim_cur);
  for (int fd = 3; fd < end; ++fd) {
    if (fd != plan.socket && fd != plan.library_fd) close(fd);
  }
}

bool drop_descriptors(const Plan& plan, Report& report) {
  const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = 0; fd < 3; ++fd) {
    if (fd == plan.socket || fd == plan.library_fd) return fail(report, "descriptors 0, 1 and 2 cannot be kept");
    if (nothing < 0) {
      close(fd);
    } else if (dup2(nothing, fd) < 0) {
      return fail(report, "the standard descriptors cannot be replaced", errno);
    }
  }
  if (!close_all_but(plan)) close_one_by_one(plan);
  return true;
}

/// A socket for datagrams could be pointed at any other program.
bool check_socket(const Plan& plan, Report& report) {
  if (plan.socket < 0) return true;
  int type = 0;
  socklen_t size = sizeof type;
  if (getsockopt(plan.socket, SOL_SOCKET, SO_TYPE, &type, &size) != 0) {
    return fail(report, "the socket to the host is none", errno);
  }
  if (type != SOCK_STREAM && type != SOCK_SEQPACKET) return fail(report, "the socket to the host keeps no connection");
  return true;
}

bool limit(int what, rlim_t soft, rlim_t hard) {
  struct rlimit now {};
  if (getrlimit(static_cast<__rlimit_resource_t>(what), &now) != 0) return false;
  if (now.rlim_max < hard) hard = now.rlim_max;
  if (hard < soft) soft = hard;
  const struct rlimit wanted { soft, hard };
  return setrlimit(static_cast<__rlimit_resource_t>(what), &wanted) == 0;
}

bool set_limits(const Plan& plan, Report& report) {
  // 1, not 0: a program that receives the memory of crashed processes is started in spite of 0 (core(5),
  // fs/coredump.c).
  bool good = limit(RLIMIT_CORE, 1, 1);
  const bool writes = plan.write_files != nullptr && *plan.write_files != nullptr;
  const bool starts = plan.programs != nullptr && *plan.programs != nullptr;
  if (plan.memory_mib != 0) {
    const rlim_t bytes = static_cast<rlim_t>(plan.memory_mib) << 20;
    good = limit(RLIMIT_AS, bytes, bytes) && limit(RLIMIT_DATA, bytes, bytes) && good;
  }
  if (plan.cpu_seconds != 0) good = limit(RLIMIT_CPU, plan.cpu_seconds, plan.cpu_seconds + 1) && good;
  good = limit(RLIMIT_NOFILE, plan.files, plan.files) && good;
  good = limit(RLIMIT_MEMLOCK, 0, 0) && limit(RLIMIT_MSGQUEUE, 0, 0) && good;
  if (!writes) good = limit(RLIMIT_FSIZE, 0, 0) && good;
  // The kernel counts all threads of the user, so only "none" can be said.
  if (!starts && !plan.threads) good = limit(RLIMIT_NPROC, 0, 0) && good;
  return good || fail(report, "the limits cannot be set", errno);
}

/// Root without these is a user that owns root's files.
bool drop_capabilities(Report& report) {
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct none[2] = {};
  return syscall(SYS_capset, &header, none) == 0 || fail(report, "the capabilities cannot be dropped", errno);
}

/// The listener, 0 for a filter without one, or -1.
int install(const Filter& filter, bool listen) {
  sock_fprog program{static_cast<unsigned short>(filter.size), const_cast<sock_filter*>(filter.code)};
  if (!listen) return static_cast<int>(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
  constexpr unsigned long kListen = SECCOMP_FILTER_FLAG_NEW_LISTENER;
  const long fd =
      syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, kListen | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &program);
  if (fd >= 0 || errno != EINVAL) return static_cast<int>(fd);
  return static_cast<int>(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, kListen, &program));  // before 5.19
}

bool has_action(unsigned action) {
  return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

/// A supervisor can give a descriptor to the process: Linux 5.9. By the version, because a listener cannot be asked:
/// its filter already holds for the question.
bool can_inject() {
  struct utsname system {};
  if (uname(&system) != 0) return false;
  char* rest = nullptr;
  const long major = strtol(system.release, &rest, 10);
  const long minor = *rest == '.' ? strtol(rest + 1, nullptr, 10) : 0;
  return major > 5 || (major == 5 && minor >= 9);
}

void enter_seccomp(const Plan& plan, Report& report) {
  FilterRules rules;
  rules.landlock = report.landlock_abi > 0;
  rules.write = plan.write_files != nullptr && *plan.write_files != nullptr;
  rules.exec = plan.programs != nullptr && *plan.programs != nullptr;
  rules.session_bus = plan.session_bus;
  rules.network = plan.network;
  rules.threads = plan.threads;
  rules.pid = getpid();
  rules.named = can_inject() && has_action(SECCOMP_RET_USER_NOTIF);
  Filter filter;
  write_filter(rules, filter);
  if (!filter.complete) return;
  if (rules.named) {
    const int listener = install(filter, true);
    if (listener >= 0) {
      report.seccomp = true;
      report.named = true;
      report.notify_fd = listener;
      return;
    }
    fail(report, "attempts cannot be named", errno);  // EBUSY: a supervisor around this process
    rules.named = false;
    write_filter(rules, filter);
  }
  report.seccomp = install(filter, false) == 0;
}

bool holds(const Report& report) {
  return report.seccomp && (report.landlock_abi > 0 || report.named);
}

}  // namespace

bool enter(const Plan& plan, Report& report) {
  report = Report{};
  if (!check_socket(plan, report) || !drop_descriptors(plan, report)) return false;
  drop_environment(plan.session_bus);
  setsid();  // fails for a leader, which has done it
  umask(077);
  if (chdir("/") != 0) return fail(report, "the root directory cannot be entered", errno);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return fail(report, "no_new_privs cannot be set", errno);
  if (!set_limits(plan, report) || !drop_capabilities(report)) return false;
  report.memory_fd = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return fail(report, "the process can still be traced", errno);
  if (const int version = plan.landlock ? landlock_version() : 0; version > 0) {
    if (const int error = enter_landlock(plan, version)) return fail(report, "Landlock cannot be entered", error);
    report.landlock_abi = version;
  }
  if (plan.seccomp) enter_seccomp(plan, report);
  if (!plan.require || holds(report)) return true;
  if (report.fault[0] == '\0')
    fail(report, report.seccomp ? "the kernel has neither Landlock nor a seccomp supervisor that opens files"
                                : "the kernel has no seccomp filters");
  return false;
}

Kernel look() {
  Kernel kernel;
  kernel.landlock_abi = landlock_version();
  kernel.seccomp = has_action(SECCOMP_RET_ERRNO);
  kernel.notifications = can_inject() && has_action(SECCOMP_RET_USER_NOTIF);
  return kernel;
}

}  // namespace heygen::cage
