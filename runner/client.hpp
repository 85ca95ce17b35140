// SPDX-License-Identifier: Apache-2.0
// The call that runs: whose thread it is, what the provider may look at, and the way to the host.
#pragma once

#include <heygen/provider.h>

#include "core/provider/wire/functions.hpp"
#include "runner/arena.hpp"
#include "runner/channel.hpp"

namespace heygen::runner {

using provider::wire::Code;

/// Behind the opaque pointers of the interface. Each lives in the call's arena.
struct Handle {
  std::uint32_t number;  ///< the host's
};

class Client {
 public:
  void begin_call();
  /// Wipes what the provider may not look at any more. False when it called the host from another thread.
  bool end_call();

  /// Whether the host may be asked: only from the call's thread, while it runs. Otherwise the call ends as one with a
  /// bug.
  bool may_ask();
  bool is_calling() const { return __atomic_load_n(&calling_, __ATOMIC_ACQUIRE); }
  bool is_own_thread() const;

  /// A request, to be filled.
  Writer& ask(Code code);
  /// Sends it and waits for the response, which stays until the next request.
  Reader answer();
  /// The response was read to its end; otherwise the process ends.
  static void finish(const Reader& answered);

  Arena& arena() { return arena_; }

 private:
  Arena arena_;
  Writer request_;
  bool calling_ = false, wrong_thread_ = false;
  unsigned long thread_ = 0;
};

/// The one of this process: the host calls no provider from two threads at once.
Client& client();

}  // namespace heygen::runner
