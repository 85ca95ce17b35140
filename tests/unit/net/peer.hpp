// SPDX-License-Identifier: Apache-2.0
// The other end of a connection, scripted: a server on the loopback that does what a test's function says.
#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "certificates.hpp"
#include "core/net/http.hpp"

namespace peer {

struct Received {
  std::string head;  ///< request line and headers, blank line included; empty: the client closed
  std::string body;

  std::string line() const { return head.substr(0, head.find("\r\n")); }
  bool has(std::string_view header_line) const;
};

/// One accepted connection, served on a thread of its own.
class Peer {
 public:
  Peer(int descriptor, int number, SSL_CTX* tls);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  /// 0 for the first connection of the server.
  int number() const { return number_; }

  std::string head();
  Received request();
  /// `count` bytes, or fewer when the client closed before.
  std::string bytes(std::size_t count) { return take(count); }
  /// Passes on what comes from either side, 127.0.0.1:port the other one, until one has ended.
  void relay(std::uint16_t port);
  /// Reads and drops exactly `count` bytes; false when the client closed before.
  bool skip(std::uint64_t count);
  void send(std::string_view text);
  void respond(std::string_view body);
  /// From here on as a TLS server.
  bool start_tls(SSL_CTX* tls);
  bool tls_resumed() const { return SSL_session_reused(ssl_) == 1; }
  /// Ends this side in order (close_notify first on TLS); the client may still send.
  void end();
  /// Closes with RST.
  void reset();
  /// Closes without TLS's closing message.
  void cut();
  /// Until the client has closed or `milliseconds` have passed; what it sends is dropped. True: it has closed.
  bool wait_for_close(int milliseconds = -1);

 private:
  friend class Server;
  long read_some(char* out, std::size_t size);
  bool read_more();
  std::string take(std::size_t count);
  std::string take_line();

  int descriptor_;
  int number_;
  SSL* ssl_ = nullptr;
  std::string buffer_;
};

class Server {
 public:
  using Script = std::function<void(Peer&)>;

  explicit Server(Script script, const Identity* identity = nullptr, const std::string& address = "127.0.0.1");
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const { return port_; }
  int accepted() const { return accepted_; }
  /// `host` in place of the address that it listens on.
  heygen::net::Url url(const std::string& target = "/", const std::string& host = {}) const;
  std::string authority() const;

 private:
  void accept_all();

  Script script_;
  std::shared_ptr<SSL_CTX> tls_;
  std::string address_;
  int listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> accepted_{0};
  std::mutex mutex_;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace peer
