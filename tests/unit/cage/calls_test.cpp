// SPDX-License-Identifier: Apache-2.0
#include "runner/cage/calls.hpp"

#include <sys/syscall.h>

#include <boost/test/unit_test.hpp>
#include <iterator>
#include <string>

namespace {

using heygen::cage::Call;
using heygen::cage::find_call;
using heygen::cage::kCalls;
using heygen::cage::Way;

void check(long number, const char* name) {
  const Call* call = find_call(static_cast<int>(number));
  BOOST_REQUIRE_MESSAGE(call != nullptr, name);
  BOOST_TEST(std::string(call->name) == name);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cage_calls)

BOOST_AUTO_TEST_CASE(table_has_the_numbers_of_the_kernel_headers) {
#define CHECK_NUMBER(name) check(SYS_##name, #name)
  CHECK_NUMBER(read);
  CHECK_NUMBER(write);
  CHECK_NUMBER(openat);
  CHECK_NUMBER(newfstatat);
  CHECK_NUMBER(mmap);
  CHECK_NUMBER(ioctl);
  CHECK_NUMBER(socket);
  CHECK_NUMBER(connect);
  CHECK_NUMBER(clone);
  CHECK_NUMBER(clone3);
  CHECK_NUMBER(execve);
  CHECK_NUMBER(execveat);
  CHECK_NUMBER(kill);
  CHECK_NUMBER(tgkill);
  CHECK_NUMBER(ptrace);
  CHECK_NUMBER(process_vm_readv);
  CHECK_NUMBER(io_uring_setup);
  CHECK_NUMBER(unshare);
  CHECK_NUMBER(bpf);
  CHECK_NUMBER(keyctl);
  CHECK_NUMBER(prctl);
  CHECK_NUMBER(prlimit64);
  CHECK_NUMBER(fcntl);
  CHECK_NUMBER(openat2);
  CHECK_NUMBER(exit_group);
  CHECK_NUMBER(futex);
  CHECK_NUMBER(rt_sigreturn);
#undef CHECK_NUMBER
}

BOOST_AUTO_TEST_CASE(numbers_ascend) {
  for (std::size_t at = 1; at < std::size(kCalls); ++at) BOOST_TEST(kCalls[at - 1].number < kCalls[at].number);
}

BOOST_AUTO_TEST_CASE(each_rule_names_a_call_of_some_architecture) {
  // What only one of the two has.
  for (const heygen::cage::detail::Named& named : heygen::cage::detail::kWays) {
    bool found = false;
    for (const Call& call : kCalls) found = found || call.name == named.name;
#if defined(__x86_64__)
    BOOST_TEST(found, named.name);
#endif
  }
}

BOOST_AUTO_TEST_CASE(dangerous_calls_are_never_allowed) {
  for (const char* name : {"ptrace",
                           "process_vm_readv",
                           "process_vm_writev",
                           "io_uring_setup",
                           "io_uring_enter",
                           "io_uring_register",
                           "unshare",
                           "setns",
                           "bpf",
                           "keyctl",
                           "add_key",
                           "request_key",
                           "memfd_create",
                           "memfd_secret",
                           "userfaultfd",
                           "perf_event_open",
                           "mount",
                           "umount2",
                           "move_mount",
                           "open_tree",
                           "fsopen",
                           "pivot_root",
                           "chroot",
                           "open_by_handle_at",
                           "name_to_handle_at",
                           "shmget",
                           "shmat",
                           "msgget",
                           "semget",
                           "mq_open",
                           "socketpair",
                           "pidfd_open",
                           "pidfd_getfd",
                           "pidfd_send_signal",
                           "tkill",
                           "rt_sigqueueinfo",
                           "rt_tgsigqueueinfo",
                           "seccomp",
                           "personality",
                           "setsid",
                           "setpgid",
                           "kexec_load",
                           "init_module",
                           "finit_module",
                           "reboot",
                           "setuid",
                           "capset",
                           "fchmod",
                           "fchown",
                           "fsetxattr",
                           "chmod",
                           "fchmodat",
                           "truncate",
                           "inotify_add_watch",
                           "fanotify_init",
                           "chdir",
                           "fchdir",
                           "process_madvise",
                           "kcmp",
                           "io_setup",
                           "setpriority",
                           "sched_setaffinity",
                           "fchmodat2"}) {
    bool found = false;
    for (const Call& call : kCalls) {
      if (call.name != name) continue;
      found = true;
      BOOST_TEST((call.way == Way::deny), name);
    }
#if defined(__x86_64__)
    BOOST_TEST(found, name);
#endif
  }
}

BOOST_AUTO_TEST_SUITE_END()
