// SPDX-License-Identifier: Apache-2.0
// What a provider may look at until its function returns.
#pragma once

#include <heygen/value.h>

#include <cstddef>

namespace heygen::runner {

/// Memory that goes all at once, wiped. Every function ends the process when there is no memory.
class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() { clear(); }

  /// Zeroed, aligned for every type.
  void* give(std::size_t size);
  template <class Type>
  Type* make(std::size_t count = 1) {
    return static_cast<Type*>(give(count * sizeof(Type)));
  }
  /// A copy that ends with NUL; NULL stays NULL.
  heygen_str keep(heygen_str text);
  /// What is moved here lives as long.
  void clear();

 private:
  struct Block;
  Block* last_ = nullptr;
};

}  // namespace heygen::runner
