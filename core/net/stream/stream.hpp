// SPDX-License-Identifier: Apache-2.0
// Bytes to and from one peer, plain or through TLS, without ever waiting: ExchangeDeadline waits.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/fd.hpp"

namespace heygen::net {

class Stream {
 public:
  enum class State {
    done,        ///< `bytes` moved, at least one
    want_read,   ///< nothing moved; try again once the descriptor is readable
    want_write,  ///< nothing moved; try again once it is writable
    end,         ///< the peer ended its side in order
    lost,        ///< the connection is gone; error_text() says how
    broken,      ///< the peer violated TLS; error_text() says how
  };
  struct Step {
    State state;
    std::size_t bytes = 0;
  };

  virtual ~Stream() = default;
  virtual Step read(std::span<char> out) = 0;
  /// After want_* the same bytes must be offered again. A lost writing side may still have a response to read.
  virtual Step write(std::string_view data) = 0;
  virtual int descriptor() const = 0;

  /// Lower-case words without a full stop.
  const std::string& error_text() const noexcept { return error_text_; }

 protected:
  void set_error_text(std::string words) { error_text_ = std::move(words); }

 private:
  std::string error_text_;
};

class PlainStream : public Stream {
 public:
  explicit PlainStream(UniqueFd socket) : socket_(std::move(socket)) {}
  Step read(std::span<char> out) override;
  Step write(std::string_view data) override;
  int descriptor() const override { return socket_.get(); }

 private:
  UniqueFd socket_;
};

/// recv(2) and send(2), repeated after signals, without SIGPIPE; -1 with errno as usual.
ssize_t receive_some(int descriptor, std::span<char> out);
ssize_t send_some(int descriptor, std::string_view data);
bool would_block(int error) noexcept;

}  // namespace heygen::net
