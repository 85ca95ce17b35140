// A stream with its input buffer: what can be kept alive and reused between exchanges.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/net/stream/stream.hpp"
#include "core/net/stream/deadline.hpp"

namespace heygen::net {

class Connection {
 public:
  /// Also the longest reply head and line that can be read.
  static constexpr std::size_t kBufferSize = std::size_t{64} * 1024;

  explicit Connection(std::unique_ptr<Stream> stream) : stream_(std::move(stream)), buffer_(kBufferSize) {}

  /// Bytes received and not yet consumed.
  std::string_view input() const { return {buffer_.data() + begin_, end_ - begin_}; }
  void consume(std::size_t count) { begin_ += count; }
  bool full() const { return end_ - begin_ == buffer_.size(); }
  /// How the peer's side ended (end or lost); empty while it is open.
  std::optional<Stream::State> ending() const { return ending_; }
  const std::string& trouble() const { return stream_->trouble(); }

  /// Takes what has arrived already, without waiting. True when input() grew.
  bool absorb(const Watch& watch);
  /// Waits until input() has grown. False: the peer's side has ended or the buffer is full.
  bool fill(Watch& watch);
  /// Up to out.size() bytes, past the buffer where it is empty; 0: the peer's side has ended.
  std::size_t read(std::span<char> out, Watch& watch);

  enum class Sent {
    all,
    replied,  ///< stopped early: `replied` said that the reply is there
    lost,     ///< the connection is gone; a reply may still be readable
  };
  /// Sends all of `data`. Whatever the peer says meanwhile goes to the input and then to `replied`, if there is one.
  Sent write(std::string_view data, Watch& watch, const std::function<bool()>& replied = {});

  /// No byte came since the last reply and the peer did not close: fit for another request.
  bool still_idle();

 private:
  Stream::Step receive(std::span<char> out, const Watch& watch);
  std::span<char> room();
  Failure broken(const Watch& watch) const;

  std::unique_ptr<Stream> stream_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::optional<Stream::State> ending_;
};

}  // namespace heygen::net
