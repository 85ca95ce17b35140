// SPDX-License-Identifier: Apache-2.0
// Bytes on their way through the disk, so that an upload of any size costs no memory.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace heygen::sandbox {

/// The disk is full, or there is no temporary directory to write to.
class SpoolError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A temporary file without a name: it is gone with this object, however the program ends.
class Spool {
 public:
  Spool();  ///< Throws SpoolError, as do the others that write.
  /// A copy of `size` bytes of another.
  Spool(const Spool& from, std::uint64_t offset, std::uint64_t size);
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  void append(std::string_view data);
  std::uint64_t size() const { return size_; }
  /// At most `count` bytes from `offset` on; fewer at the end. From any thread once all is written.
  std::string read(std::uint64_t offset, std::size_t count) const;
  /// Where `text` begins, at `from` or later.
  std::optional<std::uint64_t> find(std::string_view text, std::uint64_t from) const;
  /// SHA-256 of the whole, in hex.
  std::string digest() const;

 private:
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace heygen::sandbox
