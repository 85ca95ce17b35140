// SPDX-License-Identifier: Apache-2.0
// The process of an isolated provider, seen from heygen: started, talked to within limits of time, ended.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/base/fd.hpp"
#include "core/provider/isolated/denials.hpp"
#include "core/provider/wire/frame.hpp"
#include "core/provider/wire/hello.hpp"

namespace heygen::provider {

/// What the process may do, and what it loads. Paths are absolute.
struct ChildPlan {
  std::filesystem::path runner, library;
  std::filesystem::path image;  ///< of the library's sealed copy, or ""; stays
  std::string host_version;
  std::vector<std::string> read_files, write_files, programs;
  std::vector<std::string> variables;  ///< "NAME=VALUE", kept for a session bus
  std::vector<std::string> buses;      ///< what bus_sockets() found
  bool session_bus = false, network = false, threads = false;
  bool landlock = true, seccomp = true;  ///< tests switch one off

  bool operator==(const ChildPlan&) const = default;
};

/// What holds the process.
struct Cage {
  unsigned landlock_abi = 0;  ///< 0: Landlock does not
  bool seccomp = false, named = false;
};

/// Not thread-safe: it belongs to the thread that calls the provider.
class Child {
 public:
  using Time = std::chrono::milliseconds;
  enum class Event : unsigned char {
    frame,      ///< a whole one is there
    canceled,   ///< by the user
    late,       ///< the time is over
    gone,       ///< the connection has ended
    malformed,  ///< what it sent is not a frame
  };

  /// Starts it and says hello. Throws Refusal.
  explicit Child(const ChildPlan& plan);
  ~Child();  ///< tells it to end, and ends it
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Waits for the next frame, which stays until the next call. What passes is taken from `left`, but for time in which
  /// heygen was stopped. `cancel` is a descriptor that polls readable, or -1.
  Event receive(wire::Frame& frame, Time& left, int cancel);
  /// Event::frame once it is sent. The child's time counts likewise.
  Event send(wire::Writer& frame, Time& left);
  /// Sends the first call, with what tells the child of cancellation.
  Event send_call(wire::Writer& frame, Time& left);
  /// The child can see from now on that the user canceled.
  void tell_canceled() noexcept;

  /// It has ended, or the connection has.
  bool is_gone() const;
  /// Ends it, and says how it ended: "it crashed (SIGSEGV: Segmentation fault)". Nothing of it is left afterwards.
  std::string end();

  const ChildPlan& plan() const { return plan_; }

  Cage cage;
  /// Of a frame of Kind::caged: its descriptors have come.
  void take_cage(wire::Reader fields);
  /// What the cage denied; nullptr before there is one, or where attempts have no names.
  Denials* denials() { return denials_.get(); }

 private:
  enum class Ready : unsigned char { socket, cancel, late };
  Ready watch(short events, Time& left, int cancel);
  Event send_with(wire::Writer& frame, Time& left, int descriptor);
  bool read_some();
  bool wait_for_end(Time limit);

  ChildPlan plan_;
  UniqueFd image_;
  UniqueFd socket_, cancel_write_, cancel_read_;
  std::vector<UniqueFd> arrived_;
  std::unique_ptr<Denials> denials_;
  wire::Inbox inbox_;
  wire::Frame current_;
  bool has_current_ = false, has_ended_ = false, was_told_ = false, cage_reported_ = false;
  bool denials_over_ = false;                        ///< nothing will come any more; the names stay
  std::chrono::steady_clock::duration uncounted_{};  ///< of the waits so far: less than a millisecond
  pid_t process_ = 0;
};

}  // namespace heygen::provider
