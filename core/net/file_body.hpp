// SPDX-License-Identifier: Apache-2.0
// Request bodies that contain a file.
#pragma once

#include <cstdint>

#include "core/net/body.hpp"

namespace heygen::net {

/// A body that a connection without TLS can have sent by the kernel, past this process's memory.
class FileBody : public Body {
 public:
  struct Part {
    int descriptor = -1;     ///< of a regular file, at the place from which it is to be sent; not owned
    std::uint64_t size = 0;  ///< bytes to send; 0: read() gives what comes next
  };
  virtual Part next_part() = 0;
  /// So many bytes of next_part() were sent, and the descriptor is behind them.
  virtual void skip(std::uint64_t count) = 0;
};

}  // namespace heygen::net
