// SPDX-License-Identifier: Apache-2.0
#include "core/base/cancel.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "core/base/error.hpp"

namespace heygen {

Cancel::Cancel() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!event_) throw Error(code::kError, "No file descriptor is left.", "Raise `ulimit -n`.");
}

void Cancel::request() noexcept {
  const int saved = errno;
  requested_.store(true);
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then the descriptor already polls readable.
  [[maybe_unused]] const auto written = write(event_.get(), &one, sizeof one);
  errno = saved;
}

}  // namespace heygen
