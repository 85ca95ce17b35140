// SPDX-License-Identifier: Apache-2.0
// The host's half of the cage: answers the system calls that the filter of runner/cage does not decide. Each attempt
// that no grant covers is denied and named; what a grant covers is done by the host, which gives the result to the
// process.
#pragma once

#include <linux/seccomp.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/fd.hpp"
#include "core/provider/isolated/attempt/child_memory.hpp"
#include "core/provider/isolated/attempt/granted_files.hpp"
#include "runner/cage/calls.hpp"

namespace heygen::provider {

/// What the plan of the cage grants, as the host knows it. Paths are absolute.
struct Grants {
  std::vector<std::string> read_files;
  std::vector<std::string> write_files;
  std::vector<std::string> programs;
  std::string library;             ///< the provider's file, or empty when it is pinned
  int library_fd = -1;             ///< the number of the sealed copy in the process, or -1
  int host_library_fd = -1;        ///< of the same copy here; stays open while a Denials lives
  std::vector<std::string> buses;  ///< what bus_sockets() found; empty without the need
  bool network = false;
  bool threads = false;
};

/// The sockets of a session bus, from DBUS_SESSION_BUS_ADDRESS and XDG_RUNTIME_DIR: paths, or "@name". Empty texts are
/// unset.
std::vector<std::string> bus_sockets(std::string_view address, std::string_view runtime_directory);

/// One process. Not thread-safe; never waits for the process. Poll fd() beside each wait for the process, also beside a
/// write to it: the process sleeps inside a system call until serve() has answered.
class Denials {
 public:
  /// `listener` and `memory` are Report::notify_fd and Report::memory_fd; either may be none. `child` is the process.
  Denials(UniqueFd listener, UniqueFd memory, pid_t child, Grants grants);

  /// To poll for POLLIN, or -1 when attempts have no names here. POLLHUP: all of the process has ended.
  int fd() const { return listener_.get(); }
  /// Answers one attempt, if there is one. False when nothing will come any more: stop polling.
  bool serve();
  /// Each attempt once, in the order of the first ones: "open /home/u/.ssh/id_rsa to read", "open an Internet socket".
  /// Safe on a terminal; at most kMostNames.
  const std::vector<std::string>& named() const { return named_; }

  static constexpr std::size_t kMostNames = 64;
  static constexpr int kMostProcesses = 64;  ///< that a provider with `exec` may start in its life

 private:
  struct Answer {
    int error = 0;
    bool proceed = false;  ///< the kernel executes the call
    bool give = false;     ///< `file` becomes the result
    UniqueFd file;
    unsigned file_flags = 0;
    std::string opened_directory;  ///< remembered under the result's number
  };

  Answer decide(const seccomp_notif& attempt);
  Answer open(const seccomp_notif& attempt, std::string_view call);
  Answer look(const seccomp_notif& attempt, std::string_view call);
  Answer change(const seccomp_notif& attempt, std::string_view call);
  Answer execute(const seccomp_notif& attempt, std::string_view call);
  Answer start(const seccomp_notif& attempt, std::uint64_t flags);
  Answer start_by_structure(const seccomp_notif& attempt);
  Answer signal(const seccomp_notif& attempt, std::string_view call);
  Answer make_socket(const seccomp_notif& attempt);
  Answer connect(const seccomp_notif& attempt);

  Answer deny(int error, std::string name);
  /// Absolute, or empty with `shown` as the process said it.
  std::string path_of(const seccomp_notif& attempt, std::uint64_t directory, std::uint64_t address,
                      std::string& shown) const;
  void send(const seccomp_notif& attempt, Answer answer);
  void respond(std::uint64_t id, long long value, int error, unsigned flags);
  bool is_alive(std::uint64_t id) const;

  UniqueFd listener_;
  ChildMemory memory_;
  pid_t child_;
  Grants grants_;
  GrantedFiles files_;
  std::map<int, std::string> directories_;  ///< by their number in the process
  int processes_ = 0;
  std::vector<std::string> named_;
  std::vector<std::uint64_t> attempt_;  ///< room of the kernel's size
  std::vector<std::uint64_t> response_;
};

/// What a signal that ended the process says about an attempt, or "": SIGSYS is a call of another architecture, which
/// the kernel answers.
std::string name_of_signal(int signal);

/// What this kernel holds a cage with ("Landlock (version 7) and seccomp"), or why there is none.
std::string cage_here();

}  // namespace heygen::provider
