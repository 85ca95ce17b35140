// Bytes to and from one peer, plain or through TLS, without ever waiting: the waits are Watch's.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/file.hpp"
#include "core/net/stream/socket.hpp"

namespace heygen::net {

class Stream {
 public:
  enum class State {
    done,        ///< `bytes` moved, at least one
    want_read,   ///< nothing moved; try again once the descriptor is readable
    want_write,  ///< nothing moved; try again once it is writable
    end,         ///< the peer ended its side in order
    lost,        ///< the connection is gone; trouble() says how
    broken,      ///< the peer violated TLS; trouble() says how
  };
  struct Step {
    State state;
    std::size_t bytes = 0;
  };

  virtual ~Stream() = default;
  virtual Step read(std::span<char> out) = 0;
  /// After want_* the same bytes must be offered again. A lost writing side may still have a reply to read.
  virtual Step write(std::string_view data) = 0;
  virtual int descriptor() const = 0;

  /// Lower-case words without a full stop.
  const std::string& trouble() const noexcept { return trouble_; }

 protected:
  void set_trouble(std::string words) { trouble_ = std::move(words); }

 private:
  std::string trouble_;
};

class PlainStream : public Stream {
 public:
  explicit PlainStream(Socket socket) : socket_(std::move(socket)) {}
  Step read(std::span<char> out) override;
  Step write(std::string_view data) override;
  int descriptor() const override { return socket_.get(); }
  /// For TLS to go on with.
  Socket release() { return std::move(socket_); }

 private:
  Socket socket_;
};

/// recv(2) and send(2) that survive signals and raise no SIGPIPE; -1 with errno as usual.
ssize_t receive_some(int descriptor, std::span<char> out);
ssize_t send_some(int descriptor, std::string_view data);
bool would_block(int error) noexcept;

}  // namespace heygen::net
