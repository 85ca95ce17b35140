// SPDX-License-Identifier: Apache-2.0
// Memory for what a call is given: gone for good when the call is over, so that a later look at it shows.
#pragma once

#include <cstddef>
#include <string_view>

namespace heygen::check {

enum class Kind : int { none, record, text, past_end };

class GuardedMemory {
 public:
  GuardedMemory() = default;
  ~GuardedMemory();  ///< whatever was handed out can no longer be read
  GuardedMemory(const GuardedMemory&) = delete;
  GuardedMemory& operator=(const GuardedMemory&) = delete;

  /// The first size - cut bytes of `record`, followed by what cannot be read; with `tail` more bytes of 0xA5 instead.
  void* record(const void* record, std::size_t size, std::size_t cut, std::size_t tail);
  const char* text(std::string_view text);

 private:
  void* place(const void* bytes, std::size_t size, Kind kind);
  std::size_t first_ = 0, count_ = 0;
};

/// What memory that address was part of. Async-signal-safe.
Kind kind_of(const void* address) noexcept;

}  // namespace heygen::check
