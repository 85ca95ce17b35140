// SPDX-License-Identifier: Apache-2.0
// What a traced process writes to files, wherever they are, while it writes it.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace heygen::check {

/// From now on, writes of this process and its children stop for the tracer. False where the system does not allow it.
bool stop_for_writes() noexcept;

struct Written {
  std::string file;  ///< its path
  std::string bytes;
};

/// What the stopped process is about to write to a file of the file system; empty for pipes, sockets, devices and
/// files in memory.
std::optional<Written> read_write(pid_t process);

}  // namespace heygen::check
