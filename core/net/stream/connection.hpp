// SPDX-License-Identifier: Apache-2.0
// A stream with its input buffer: what can be kept alive and reused between exchanges.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/net/stream/deadline.hpp"
#include "core/net/stream/stream.hpp"

namespace heygen::net {

class Connection {
 public:
  /// Also the longest response head and line that can be read.
  static constexpr std::size_t kBufferSize = std::size_t{64} * 1024;

  explicit Connection(std::unique_ptr<Stream> stream) : stream_(std::move(stream)), buffer_(kBufferSize) {}

  /// Bytes received and not yet consumed.
  std::string_view input() const { return {buffer_.data() + begin_, end_ - begin_}; }
  void consume(std::size_t count) { begin_ += count; }
  bool full() const { return end_ - begin_ == buffer_.size(); }
  /// How the peer's side ended (end or lost); empty while it is open.
  std::optional<Stream::State> ending() const { return ending_; }
  const std::string& error_text() const { return stream_->error_text(); }

  /// Takes what has arrived already, without waiting. True when input() grew.
  bool absorb(const ExchangeDeadline& deadline);
  /// Waits until input() has grown. False: the peer's side has ended or the buffer is full.
  bool fill(ExchangeDeadline& deadline);
  /// Up to out.size() bytes, past the buffer where it is empty; 0: the peer's side has ended.
  std::size_t read(std::span<char> out, ExchangeDeadline& deadline);

  enum class Sent {
    all,        ///< every byte
    responded,  ///< stopped early: `responded` said that the response is there
    lost,       ///< the connection is gone; a response may still be readable
  };
  /// Sends all of `data`. Whatever the peer says meanwhile goes to the input and then to `responded`, if there is one.
  Sent write(std::string_view data, ExchangeDeadline& deadline, const std::function<bool()>& responded = {});

  const Stream& stream() const { return *stream_; }
  /// Gives up the stream, for what follows on it; the input must be empty.
  std::unique_ptr<Stream> take_stream() { return std::move(stream_); }

  /// No byte came since the last response and the peer did not close: fit for another request.
  bool still_idle();

 private:
  Stream::Step receive(std::span<char> out, const ExchangeDeadline& deadline);
  std::span<char> room();
  Failure broken(const ExchangeDeadline& deadline) const;

  std::unique_ptr<Stream> stream_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::optional<Stream::State> ending_;
};

}  // namespace heygen::net
