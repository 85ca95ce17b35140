// SPDX-License-Identifier: Apache-2.0
#include "runner/cage/filter.hpp"

#include <asm/ioctls.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <vector>

#include "runner/cage/calls.hpp"

namespace {

using heygen::cage::Call;
using heygen::cage::Filter;
using heygen::cage::FilterRules;
using heygen::cage::kCalls;
using heygen::cage::Way;

#if defined(__x86_64__)
constexpr std::uint32_t kHere = AUDIT_ARCH_X86_64;
constexpr std::uint32_t kForeign = AUDIT_ARCH_I386;
#else
constexpr std::uint32_t kHere = AUDIT_ARCH_AARCH64;
constexpr std::uint32_t kForeign = AUDIT_ARCH_ARM;
#endif
constexpr std::uint32_t kDenied = SECCOMP_RET_ERRNO | EPERM;
constexpr std::uint32_t kAbsent = SECCOMP_RET_ERRNO | ENOSYS;
constexpr std::uint32_t kAsk = SECCOMP_RET_USER_NOTIF;

/// The answer of a filter, as the kernel computes it.
std::uint32_t answer(const Filter& filter, const seccomp_data& data) {
  std::uint32_t accumulator = 0;
  for (std::size_t at = 0; at < filter.size; ++at) {
    const sock_filter& step = filter.code[at];
    const auto jump = [&](bool taken) { at += taken ? step.jt : step.jf; };
    switch (step.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        BOOST_REQUIRE(step.k % 4 == 0 && step.k < sizeof data);
        std::memcpy(&accumulator, reinterpret_cast<const char*>(&data) + step.k, sizeof accumulator);
        break;
      case BPF_ALU | BPF_AND | BPF_K:
        accumulator &= step.k;
        break;
      case BPF_JMP | BPF_JEQ | BPF_K:
        jump(accumulator == step.k);
        break;
      case BPF_JMP | BPF_JGE | BPF_K:
        jump(accumulator >= step.k);
        break;
      case BPF_JMP | BPF_JGT | BPF_K:
        jump(accumulator > step.k);
        break;
      case BPF_JMP | BPF_JSET | BPF_K:
        jump((accumulator & step.k) != 0);
        break;
      case BPF_RET | BPF_K:
        return step.k;
      default:
        BOOST_FAIL("an instruction that the filter does not use");
    }
  }
  BOOST_FAIL("the filter ends without an answer");
  return 0;
}

class Rules {
 public:
  explicit Rules(FilterRules rules) {
    rules.pid = 100;
    heygen::cage::write_filter(rules, filter_);
    BOOST_REQUIRE(filter_.complete);
  }

  std::uint32_t of(long number, std::array<std::uint64_t, 6> arguments = {}, std::uint32_t architecture = kHere) const {
    seccomp_data data{};
    data.nr = static_cast<int>(number);
    data.arch = architecture;
    std::memcpy(data.args, arguments.data(), sizeof data.args);
    return answer(filter_, data);
  }

  const Filter& filter() const { return filter_; }

 private:
  Filter filter_;
};

constexpr std::uint32_t kAllowed = SECCOMP_RET_ALLOW;
constexpr std::uint64_t kHigh = std::uint64_t{1} << 32;

/// Every combination of what decides.
std::vector<FilterRules> all_rules() {
  std::vector<FilterRules> all;
  for (unsigned bits = 0; bits < 128; ++bits) {
    FilterRules rules;
    rules.named = (bits & 1) != 0;
    rules.landlock = (bits & 2) != 0;
    rules.write = (bits & 4) != 0;
    rules.exec = (bits & 8) != 0;
    rules.session_bus = (bits & 16) != 0;
    rules.network = (bits & 32) != 0;
    rules.threads = (bits & 64) != 0;
    all.push_back(rules);
  }
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cage_filter)

BOOST_AUTO_TEST_CASE(jumps_stay_inside_for_all_rules) {
  for (const FilterRules& one : all_rules()) {
    const Rules rules(one);
    const Filter& filter = rules.filter();
    for (std::size_t at = 0; at < filter.size; ++at) {
      if (BPF_CLASS(filter.code[at].code) != BPF_JMP) continue;
      BOOST_REQUIRE(at + 1 + filter.code[at].jt < filter.size);
      BOOST_REQUIRE(at + 1 + filter.code[at].jf < filter.size);
    }
    BOOST_REQUIRE_EQUAL(BPF_CLASS(filter.code[filter.size - 1].code), BPF_RET);
  }
}

BOOST_AUTO_TEST_CASE(calls_of_other_architectures_are_killed_for_all_rules) {
  for (const FilterRules& one : all_rules()) {
    const Rules rules(one);
    for (const Call& call : kCalls) {
      BOOST_REQUIRE_EQUAL(rules.of(call.number, {}, kForeign), SECCOMP_RET_KILL_PROCESS);
      BOOST_REQUIRE_EQUAL(rules.of(call.number | 0x40000000), SECCOMP_RET_KILL_PROCESS);
    }
    BOOST_REQUIRE_EQUAL(rules.of(-1), SECCOMP_RET_KILL_PROCESS);
  }
}

BOOST_AUTO_TEST_CASE(denied_calls_are_never_allowed_for_any_rules_or_arguments) {
  for (const FilterRules& one : all_rules()) {
    const Rules rules(one);
    const std::uint32_t refused = one.named ? kAsk : kDenied;
    for (const Call& call : kCalls) {
      for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2}, ~std::uint64_t{0}}) {
        const std::uint32_t got = rules.of(call.number, {value, value, value, value, value, value});
        if (call.way == Way::allow) BOOST_REQUIRE_EQUAL(got, kAllowed);
        if (call.way == Way::deny) BOOST_REQUIRE_EQUAL(got, refused);
        if (call.way == Way::absent) BOOST_REQUIRE_EQUAL(got, one.named ? kAsk : kAbsent);
      }
    }
    BOOST_REQUIRE_EQUAL(rules.of(1000), one.named ? kAsk : kAbsent);
  }
}

BOOST_AUTO_TEST_CASE(paths_are_asked_about_where_there_is_a_supervisor) {
  for (const FilterRules& one : all_rules()) {
    const Rules rules(one);
    for (const Call& call : kCalls) {
      if (call.way != Way::open && call.way != Way::look && call.way != Way::change) continue;
      const std::uint32_t got = rules.of(call.number);
      if (one.named) BOOST_REQUIRE_EQUAL(got, kAsk);
      if (!one.named && !one.landlock) BOOST_REQUIRE_EQUAL(got, kDenied);
      if (!one.named && one.landlock && call.way == Way::open) BOOST_REQUIRE_EQUAL(got, kAllowed);
      if (!one.named && one.landlock && call.way == Way::look) BOOST_REQUIRE_EQUAL(got, kDenied);
      if (!one.named && one.landlock && call.way == Way::change) {
        BOOST_REQUIRE_EQUAL(got, one.write ? kAllowed : kDenied);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(descriptor_is_described_without_a_supervisor) {
  FilterRules one;
  one.landlock = true;
  const Rules rules(one);
  BOOST_TEST(rules.of(SYS_newfstatat, {3, 0, 0, AT_EMPTY_PATH}) == kAllowed);
  BOOST_TEST(rules.of(SYS_newfstatat, {3, 0, 0, AT_SYMLINK_NOFOLLOW}) == kDenied);
}

BOOST_AUTO_TEST_CASE(signals_reach_the_process_alone) {
  const Rules rules(FilterRules{});
  BOOST_TEST(rules.of(SYS_kill, {100, 9}) == kAllowed);
  BOOST_TEST(rules.of(SYS_tgkill, {100, 101, 6}) == kAllowed);
  for (const std::uint64_t other : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{99}, std::uint64_t{101},
                                    std::uint64_t{0xffffffff}, ~std::uint64_t{0}, std::uint64_t{0xffffff9c}}) {
    BOOST_TEST(rules.of(SYS_kill, {other, 9}) == kDenied);
    BOOST_TEST(rules.of(SYS_tgkill, {other, 100, 6}) == kDenied);
  }
}

BOOST_AUTO_TEST_CASE(descriptor_commands_that_send_signals_are_denied) {
  const Rules rules(FilterRules{});
  for (const int command : {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETLK}) {
    BOOST_TEST(rules.of(SYS_fcntl, {3, static_cast<std::uint64_t>(command), O_ASYNC}) == kAllowed);
  }
  BOOST_TEST(rules.of(SYS_fcntl, {3, F_SETFL, O_NONBLOCK}) == kAllowed);
  BOOST_TEST(rules.of(SYS_fcntl, {3, F_SETFL, O_NONBLOCK | O_ASYNC}) == kDenied);
  for (const std::uint64_t command :
       {std::uint64_t{8}, std::uint64_t{10}, std::uint64_t{15}, std::uint64_t{1024}, std::uint64_t{1026}}) {
    BOOST_TEST(rules.of(SYS_fcntl, {3, command, 100}) ==
               kDenied);  // F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE, F_NOTIFY
  }
}

BOOST_AUTO_TEST_CASE(terminal_commands_are_denied_whatever_the_high_half_says) {
  const Rules rules(FilterRules{});
  BOOST_TEST(rules.of(SYS_ioctl, {0, TCGETS}) == kAllowed);
  BOOST_TEST(rules.of(SYS_ioctl, {0, FIONREAD}) == kAllowed);
  for (const std::uint64_t command :
       {std::uint64_t{TIOCSTI}, TIOCSTI | kHigh, std::uint64_t{0x541C}, std::uint64_t{TIOCSCTTY}, std::uint64_t{TCSETS},
        std::uint64_t{0xc0502100}, std::uint64_t{0x40182103}}) {
    BOOST_TEST(rules.of(SYS_ioctl, {0, command}) == kDenied);  // the last two answer a supervisor's questions
  }
}

BOOST_AUTO_TEST_CASE(process_options_that_loosen_the_cage_are_denied) {
  const Rules rules(FilterRules{});
  BOOST_TEST(rules.of(SYS_prctl, {PR_SET_NAME}) == kAllowed);
  for (const std::uint64_t option : {PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_PTRACER, PR_SET_MM, PR_CAP_AMBIENT,
                                     PR_SET_SECUREBITS, PR_SET_KEEPCAPS, PR_SET_CHILD_SUBREAPER}) {
    BOOST_TEST(rules.of(SYS_prctl, {option}) == kDenied);
  }
}

BOOST_AUTO_TEST_CASE(limits_are_read_and_not_set) {
  const Rules rules(FilterRules{});
  BOOST_TEST(rules.of(SYS_prlimit64, {0, 3, 0, 4096}) == kAllowed);
  BOOST_TEST(rules.of(SYS_prlimit64, {100, 3, 0, 4096}) == kAllowed);
  BOOST_TEST(rules.of(SYS_prlimit64, {0, 3, 4096, 0}) == kDenied);
  BOOST_TEST(rules.of(SYS_prlimit64, {0, 3, kHigh, 0}) == kDenied);
  BOOST_TEST(rules.of(SYS_prlimit64, {99, 3, 0, 4096}) == kDenied);
}

BOOST_AUTO_TEST_CASE(threads_need_allows_threads_alone) {
  constexpr std::uint64_t kThread =
      CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS;
  BOOST_TEST(Rules(FilterRules{}).of(SYS_clone, {kThread}) == kDenied);
  FilterRules one;
  one.threads = true;
  const Rules rules(one);
  BOOST_TEST(rules.of(SYS_clone, {kThread}) == kAllowed);
  BOOST_TEST(rules.of(SYS_clone, {SIGCHLD}) == kDenied);
  BOOST_TEST(rules.of(SYS_clone, {CLONE_VM | CLONE_VFORK | SIGCHLD}) == kDenied);
  for (const unsigned space :
       {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP}) {
    BOOST_TEST(rules.of(SYS_clone, {kThread | space}) == kDenied);
  }
}

BOOST_AUTO_TEST_CASE(exec_need_without_a_supervisor_leaves_programs_to_landlock) {
  FilterRules one;
  one.exec = true;
  one.landlock = true;
  const Rules rules(one);
  BOOST_TEST(rules.of(SYS_execve) == kAllowed);
  BOOST_TEST(rules.of(SYS_clone, {SIGCHLD}) == kAllowed);
  BOOST_TEST(rules.of(SYS_clone, {CLONE_NEWUSER | SIGCHLD}) == kDenied);
  BOOST_TEST(rules.of(SYS_clone, {CLONE_VM | CLONE_SIGHAND | CLONE_THREAD}) == kDenied);
  one.landlock = false;
  BOOST_TEST(Rules(one).of(SYS_execve) == kDenied);
}

BOOST_AUTO_TEST_CASE(network_need_allows_internet_sockets_alone) {
  BOOST_TEST(Rules(FilterRules{}).of(SYS_socket, {AF_INET, SOCK_STREAM, 0}) == kDenied);
  FilterRules one;
  one.network = true;
  const Rules rules(one);
  BOOST_TEST(rules.of(SYS_socket, {AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0}) == kAllowed);
  BOOST_TEST(rules.of(SYS_socket, {AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0}) == kAllowed);
  BOOST_TEST(rules.of(SYS_socket, {AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0}) == kAllowed);
  BOOST_TEST(rules.of(SYS_socket, {AF_NETLINK, SOCK_RAW, 9}) == kDenied);  // the audit log
  BOOST_TEST(rules.of(SYS_socket, {AF_INET, SOCK_RAW, 1}) == kDenied);
  BOOST_TEST(rules.of(SYS_socket, {AF_UNIX, SOCK_STREAM, 0}) == kDenied);
  BOOST_TEST(rules.of(SYS_socket, {AF_PACKET, SOCK_DGRAM, 0}) == kDenied);
  BOOST_TEST(rules.of(SYS_socket, {40, SOCK_STREAM, 0}) == kDenied);  // the machine around a virtual one
  BOOST_TEST(rules.of(SYS_connect) == kAllowed);
  one.session_bus = true;
  BOOST_TEST(Rules(one).of(SYS_connect) == kDenied);
  BOOST_TEST(Rules(one).of(SYS_bind) == kDenied);
}

BOOST_AUTO_TEST_SUITE_END()
