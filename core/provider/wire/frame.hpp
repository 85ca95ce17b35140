// SPDX-License-Identifier: Apache-2.0
// Frames between heygen and the process of an isolated provider, and the fields in them. Both ends are the same machine
// and build, so that integers are in its byte order. libc alone, and nothing throws: the runner links this too.
#pragma once

#include <heygen/value.h>

#include <cstddef>
#include <cstdint>

namespace heygen::provider::wire {

inline constexpr std::size_t kMebibyte = 1024 * 1024;
/// Bytes of a frame without its header: longer ones are malformed.
inline constexpr std::uint32_t kLongestFrame = 40 * kMebibyte;
/// What crosses of a text: more than any service takes, so that what is too long for it is still too long when it is
/// cut off here.
inline constexpr std::uint32_t kLongestText = 17 * kMebibyte;

enum class Kind : std::uint32_t {
  hello = 1,  ///< to the child, with descriptors: what to load, and the cage
  caged,      ///< from it: the cage, with the descriptor of its notifications
  stage,      ///< from it: the step of loading that begins
  fault,      ///< from it: why it ends
  described,  ///< from it: the library's entry, interface and descriptor
  call,       ///< to it: run a provider function
  request,    ///< from it: a function of the sink or of a service
  response,   ///< to it: its result
  log,        ///< from any of its threads, without a response
  polls,      ///< likewise: the provider waits for cancellation by itself
  result,     ///< from it: what the provider function returned
  deinit,     ///< to it: the end
};

/// Bytes that grow, wiped when they go. Not thread-safe.
class Bytes {
 public:
  Bytes() = default;
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;
  ~Bytes();

  /// Room for `size` more bytes at the end; nullptr when there is no memory.
  char* room(std::size_t size);
  void add(std::size_t size) { size_ += size; }
  /// Wipes the first `size` bytes and moves the rest there.
  void drop(std::size_t size);
  void clear() { drop(size_); }
  char* data() { return data_; }
  const char* data() const { return data_; }
  std::size_t size() const { return size_; }
  /// Bytes that room() gives without growing.
  std::size_t free() const { return capacity_ - size_; }

 private:
  char* data_ = nullptr;
  std::size_t size_ = 0, capacity_ = 0;
};

/// Writes one frame after the other; a frame that gets too long, or for which there is no memory, is never complete.
class Writer {
 public:
  /// Starts a frame and forgets the one before.
  void begin(Kind kind);
  void put_flag(bool flag);
  void put_number(std::int64_t number);
  void put_count(std::size_t count);  ///< at most 2^32 - 1: more becomes that
  /// NULL stays NULL, with its size or without.
  void put_text(heygen_str text);
  void put_bytes(const void* data, std::size_t size);

  /// The frame with its header; false when it never got complete.
  bool finish();
  const char* data() const { return bytes_.data(); }
  std::size_t size() const { return bytes_.size(); }
  void wipe() { bytes_.clear(); }

 private:
  void put(const void* data, std::size_t size);

  Bytes bytes_;
  bool failed_ = false;
};

/// Reads the fields of one frame, whose bytes outlive it. What is not there reads as 0 or NULL, and is_sound() says so
/// from then on.
class Reader {
 public:
  Reader() = default;
  Reader(const char* data, std::size_t size) : at_(data), left_(size) {}

  bool flag();
  std::int64_t number();
  std::uint32_t count();
  /// A view into the frame; {NULL, 1} for a NULL with a size.
  heygen_str text();
  /// A text of exactly `size` bytes, copied to `out`.
  void bytes(void* out, std::size_t size);
  /// `count` that this frame could have, of items of at least `least` bytes.
  std::uint32_t items(std::size_t least);

  void fail() { sound_ = false; }
  bool is_sound() const { return sound_; }
  /// Sound, and nothing is left.
  bool is_complete() const { return sound_ && left_ == 0; }

 private:
  bool take(void* out, std::size_t size);

  const char* at_ = nullptr;
  std::size_t left_ = 0;
  bool sound_ = true;
};

struct Frame {
  Kind kind{};
  Reader fields;
  std::size_t size = 0;  ///< of its fields
};

/// Bytes as they arrive, cut into frames. Memory grows with what has arrived, not with what a header promises.
class Inbox {
 public:
  enum class State : unsigned char { more, complete, malformed };

  /// Where the next bytes go, and how many; nullptr when there is no memory.
  char* space(std::size_t& size);
  void arrived(std::size_t size) { bytes_.add(size); }
  /// The first frame, which stays until drop().
  State next(Frame& frame) const;
  /// Wipes the first frame.
  void drop(const Frame& frame);
  bool is_empty() const { return bytes_.size() == 0; }

 private:
  Bytes bytes_;
};

}  // namespace heygen::provider::wire
