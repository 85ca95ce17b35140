// SPDX-License-Identifier: Apache-2.0
#include "runner/cage/filter.hpp"

#include <asm/ioctls.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/socket.h>

#include <initializer_list>

#include "runner/cage/calls.hpp"

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#endif

namespace heygen::cage {
namespace {

#if defined(__x86_64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_X86_64;
#else
constexpr unsigned kArchitecture = AUDIT_ARCH_AARCH64;
#endif
constexpr unsigned kX32 = 0x40000000;  // of x86-64 only; on arm64 there is no such number

constexpr unsigned kAllow = SECCOMP_RET_ALLOW;
constexpr unsigned kKill = SECCOMP_RET_KILL_PROCESS;
constexpr unsigned kSocketType = 0xf;  // SOCK_TYPE_MASK
constexpr unsigned kNamespaces =
    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
constexpr unsigned kThread = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD;

constexpr unsigned failed(unsigned number) {
  return SECCOMP_RET_ERRNO | number;
}

class Writer {
 public:
  Writer(const FilterRules& rules, Filter& filter) : rules_(rules), filter_(filter) { filter_.size = 0; }

  void write() {
    load(offsetof(seccomp_data, arch));
    unless_equal_end(kArchitecture);
    load(offsetof(seccomp_data, nr));
    add(BPF_JMP | BPF_JGE | BPF_K, kX32, 0, 1);
    end(kKill);
    for (const Call& call : kCalls) {
      if (call.way == Way::allow) on(call.number, kAllow);
    }
    for (const Call& call : kCalls) {
      if (call.way != Way::allow && call.way != Way::deny) decide(call);
    }
    // What no table knows is newer than this program, and the C library must find it absent.
    constexpr int kLast = kCalls[sizeof kCalls / sizeof kCalls[0] - 1].number;
    add(BPF_JMP | BPF_JGT | BPF_K, kLast, 0, 1);
    end(rules_.named ? SECCOMP_RET_USER_NOTIF : failed(ENOSYS));
    end(refuse());
  }

 private:
  /// A row of the table that needs more than its number. The arguments are read inside a block that ends with an
  /// answer.
  void decide(const Call& call) {
    switch (call.way) {
      case Way::absent:
        return on(call.number, rules_.named ? SECCOMP_RET_USER_NOTIF : failed(ENOSYS));
      case Way::open:
        return on(call.number, by_path(true));
      case Way::change:
        return on(call.number, by_path(rules_.write));
      case Way::exec:
        return on(call.number, rules_.exec && !rules_.named && rules_.landlock ? kAllow : refuse());
      case Way::fork:
        return on(call.number, rules_.exec && !rules_.named ? kAllow : refuse());
      case Way::serve:
        return on(call.number, rules_.network && !rules_.session_bus ? kAllow : refuse());
      case Way::options:
        return on(call.number, rules_.network || rules_.session_bus ? kAllow : refuse());
      case Way::connect:  // with a session bus there are sockets that reach other programs
        return on(call.number, rules_.network && !rules_.session_bus ? kAllow : refuse());
      case Way::look:
        if (call.name == "newfstatat") break;
        return on(call.number, refuse());
      case Way::allow:
      case Way::deny:
        return;
      default:
        break;
    }
    const unsigned start = filter_.size;
    add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(call.number), 0, 0);
    arguments(call.way);
    const unsigned length = filter_.size - start - 1;
    if (length > 255 || filter_.size > Filter::kCapacity) {
      filter_.complete = false;
    } else {
      filter_.code[start].jf = static_cast<unsigned char>(length);
    }
  }

  void arguments(Way way) {
    if (way == Way::look) {
      // Landlock does not hide what a path names. fstat(3) of a descriptor remains, and with it newfstatat(2) by a path
      // that a filter cannot read.
      if (!rules_.named && rules_.landlock) {
        argument(3);
        add(BPF_JMP | BPF_JSET | BPF_K, AT_EMPTY_PATH, 0, 1);
        end(kAllow);
      }
    } else if (way == Way::signal) {
      argument(0);
      allow_equal(static_cast<unsigned>(rules_.pid));
    } else if (way == Way::fcntl) {
      argument(1);
      for (const unsigned command : {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_GETLK, F_SETLK, F_SETLKW,
                                     F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW, F_GETPIPE_SZ, F_GET_SEALS}) {
        allow_equal(command);
      }
      // O_ASYNC sends signals, and the rest of the flags is harmless.
      add(BPF_JMP | BPF_JEQ | BPF_K, F_SETFL, 0, 3);
      argument(2);
      add(BPF_JMP | BPF_JSET | BPF_K, O_ASYNC, 1, 0);
      end(kAllow);
    } else if (way == Way::ioctl) {
      argument(1);
      for (const unsigned command : {FIONREAD, FIONBIO, FIOCLEX, FIONCLEX, TCGETS, TIOCGWINSZ}) allow_equal(command);
    } else if (way == Way::prctl) {
      argument(0);
      for (const unsigned option : {PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE, PR_GET_NO_NEW_PRIVS, PR_CAPBSET_READ,
                                    PR_SET_VMA, PR_SET_PDEATHSIG, PR_GET_PDEATHSIG}) {
        allow_equal(option);
      }
    } else if (way == Way::prlimit) {
      argument(2);
      add(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 6);
      argument_high(2);
      add(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 4);
      argument(0);
      add(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
      add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(rules_.pid), 0, 1);
      end(kAllow);
    } else if (way == Way::clone) {
      argument(0);
      if (rules_.threads) {
        add(BPF_JMP | BPF_JSET | BPF_K, kNamespaces, 3, 0);
        add(BPF_ALU | BPF_AND | BPF_K, kThread, 0, 0);
        add(BPF_JMP | BPF_JEQ | BPF_K, kThread, 0, 1);
        end(kAllow);
      }
      if (rules_.exec && !rules_.named) {
        argument(0);
        add(BPF_JMP | BPF_JSET | BPF_K, kNamespaces | CLONE_THREAD | CLONE_PARENT, 1, 0);
        end(kAllow);
      }
    } else if (way == Way::socket && rules_.network) {
      argument(0);
      add(BPF_JMP | BPF_JEQ | BPF_K, AF_INET, 1, 0);
      add(BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 0, 5);
      argument(1);
      add(BPF_ALU | BPF_AND | BPF_K, kSocketType, 0, 0);
      add(BPF_JMP | BPF_JEQ | BPF_K, SOCK_STREAM, 1, 0);
      add(BPF_JMP | BPF_JEQ | BPF_K, SOCK_DGRAM, 0, 1);
      end(kAllow);
      argument(0);
      add(BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 0, 3);
      argument(2);
      add(BPF_JMP | BPF_JEQ | BPF_K, NETLINK_ROUTE, 0, 1);  // the resolver asks which families have a route
      end(kAllow);
    }
    end(refuse());
  }

  unsigned refuse() const { return rules_.named ? SECCOMP_RET_USER_NOTIF : failed(EPERM); }
  unsigned by_path(bool granted) const { return !rules_.named && rules_.landlock && granted ? kAllow : refuse(); }

  void on(int number, unsigned answer) {
    add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(number), 0, 1);
    end(answer);
  }
  void allow_equal(unsigned value) {
    add(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
    end(kAllow);
  }
  void unless_equal_end(unsigned value) {
    add(BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0);
    end(kKill);
  }
  void load(size_t offset) { add(BPF_LD | BPF_W | BPF_ABS, static_cast<unsigned>(offset), 0, 0); }
  // Both architectures are little-endian: the low half comes first.
  void argument(unsigned index) { load(offsetof(seccomp_data, args) + 8 * index); }
  void argument_high(unsigned index) { load(offsetof(seccomp_data, args) + 8 * index + 4); }
  void end(unsigned answer) { add(BPF_RET | BPF_K, answer, 0, 0); }

  void add(unsigned code, unsigned value, unsigned char if_true, unsigned char if_false) {
    if (filter_.size >= Filter::kCapacity) {
      filter_.complete = false;
      return;
    }
    filter_.code[filter_.size++] = {static_cast<unsigned short>(code), if_true, if_false, value};
  }

  const FilterRules& rules_;
  Filter& filter_;
};

}  // namespace

void write_filter(const FilterRules& rules, Filter& filter) {
  filter.complete = true;
  Writer(rules, filter).write();
}

}  // namespace heygen::cage
