// SPDX-License-Identifier: Apache-2.0
#include "peer.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>

#include "core/base/fd.hpp"

namespace peer {
namespace {

void require(bool fine, const char* what) {
  if (!fine) throw std::runtime_error(what);
}

void block_sigpipe() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

}  // namespace

bool Received::has(std::string_view header_line) const {
  return head.find("\r\n" + std::string(header_line) + "\r\n") != std::string::npos;
}

Peer::Peer(int descriptor, int number, SSL_CTX* tls) : descriptor_(descriptor), number_(number) {
  if (tls != nullptr) start_tls(tls);
}

Peer::~Peer() {
  SSL_free(ssl_);
}

bool Peer::start_tls(SSL_CTX* tls) {
  ssl_ = SSL_new(tls);
  SSL_set_fd(ssl_, descriptor_);
  return SSL_accept(ssl_) == 1;
}

long Peer::read_some(char* out, std::size_t size) {
  if (ssl_ != nullptr) return SSL_read(ssl_, out, static_cast<int>(size));
  return ::recv(descriptor_, out, size, 0);
}

bool Peer::read_more() {
  std::string piece(64 * 1024, '\0');
  const long count = read_some(piece.data(), piece.size());
  if (count > 0) buffer_.append(piece, 0, static_cast<std::size_t>(count));
  return count > 0;
}

std::string Peer::take(std::size_t count) {
  while (buffer_.size() < count && read_more()) {
  }
  std::string text = buffer_.substr(0, count);
  buffer_.erase(0, text.size());
  return text;
}

std::string Peer::take_line() {
  while (buffer_.find('\n') == std::string::npos && read_more()) {
  }
  return take(std::min(buffer_.find('\n'), buffer_.size() - 1) + 1);
}

std::string Peer::head() {
  while (buffer_.find("\r\n\r\n") == std::string::npos) {
    if (!read_more()) return {};
  }
  return take(buffer_.find("\r\n\r\n") + 4);
}

Received Peer::request() {
  Received got{head(), {}};
  if (const std::size_t at = got.head.find("Content-Length: "); at != std::string::npos) {
    got.body = take(std::stoul(got.head.substr(at + 16)));
  } else if (got.has("Transfer-Encoding: chunked")) {
    while (const std::size_t size = std::stoul(take_line(), nullptr, 16)) {
      got.body += take(size);
      require(take(2) == "\r\n", "a chunk has no end");
    }
    require(take_line() == "\r\n", "the chunked body has no end");
  }
  return got;
}

bool Peer::skip(std::uint64_t count) {
  std::string piece(256 * 1024, '\0');
  const std::uint64_t buffered = std::min<std::uint64_t>(count, buffer_.size());
  buffer_.erase(0, static_cast<std::size_t>(buffered));
  for (count -= buffered; count > 0;) {
    const long got = read_some(piece.data(), static_cast<std::size_t>(std::min<std::uint64_t>(count, piece.size())));
    if (got <= 0) return false;
    count -= static_cast<std::uint64_t>(got);
  }
  return true;
}

void Peer::send(std::string_view text) {
  while (!text.empty()) {
    const long count = ssl_ != nullptr ? SSL_write(ssl_, text.data(), static_cast<int>(text.size()))
                                       : ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

void Peer::relay(std::uint16_t port) {
  const heygen::UniqueFd far(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  require(::connect(far.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0, "no far end");
  std::string piece(64 * 1024, '\0');
  for (;;) {
    if (!buffer_.empty()) {
      require(::send(far.get(), buffer_.data(), buffer_.size(), MSG_NOSIGNAL) > 0, "the far end is gone");
      buffer_.clear();
    }
    pollfd ends[2]{{descriptor_, POLLIN, 0}, {far.get(), POLLIN, 0}};
    if (ssl_ == nullptr || SSL_pending(ssl_) == 0)
      ::poll(ends, 2, -1);
    else
      ends[0].revents = POLLIN;
    if (ends[0].revents != 0 && !read_more()) return;
    if (ends[1].revents == 0) continue;
    const long count = ::recv(far.get(), piece.data(), piece.size(), 0);
    if (count <= 0) return;
    send(std::string_view(piece).substr(0, static_cast<std::size_t>(count)));
  }
}

void Peer::respond(std::string_view body) {
  send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
}

void Peer::end() {
  if (ssl_ != nullptr) SSL_shutdown(ssl_);
  ::shutdown(descriptor_, SHUT_WR);
}

void Peer::cut() {
  ::shutdown(descriptor_, SHUT_RDWR);
}

void Peer::reset() {
  const linger now{1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  // The descriptor's number stays taken until the server closes it for good.
  const int nothing = ::socket(AF_UNIX, SOCK_STREAM, 0);
  ::dup2(nothing, descriptor_);
  ::close(nothing);
}

bool Peer::wait_for_close(int milliseconds) {
  std::string piece(64 * 1024, '\0');
  for (;;) {
    pollfd entry{descriptor_, POLLIN, 0};
    if (::poll(&entry, 1, milliseconds) == 0) return false;
    if (::recv(descriptor_, piece.data(), piece.size(), 0) <= 0) return true;
  }
}

Server::Server(Script script, const Identity* identity, const std::string& address)
    : script_(std::move(script)), address_(address) {
  if (identity != nullptr) tls_ = server_context(*identity);
  const bool ipv6 = address.find(':') != std::string::npos;
  listener_ = ::socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_storage storage{};
  auto* place = reinterpret_cast<sockaddr*>(&storage);
  socklen_t size = sizeof storage;
  place->sa_family = ipv6 ? AF_INET6 : AF_INET;
  void* bytes = ipv6 ? static_cast<void*>(&reinterpret_cast<sockaddr_in6*>(place)->sin6_addr)
                     : static_cast<void*>(&reinterpret_cast<sockaddr_in*>(place)->sin_addr);
  require(inet_pton(place->sa_family, address.c_str(), bytes) == 1, "bad address");
  require(::bind(listener_, place, ipv6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in)) == 0, "cannot bind");
  require(::listen(listener_, 16) == 0, "cannot listen");
  require(::getsockname(listener_, place, &size) == 0, "no port");
  port_ = ntohs(reinterpret_cast<sockaddr_in*>(place)->sin_port);  // at the same place in both families
  acceptor_ = std::thread([this] { accept_all(); });
}

void Server::accept_all() {
  block_sigpipe();
  for (;;) {
    const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor < 0) return;
    const int number = accepted_++;
    const std::lock_guard lock(mutex_);
    open_.push_back(descriptor);
    threads_.emplace_back([this, descriptor, number] {
      Peer peer(descriptor, number, tls_.get());
      script_(peer);
      peer.end();
      const std::lock_guard closing(mutex_);
      open_.erase(std::find(open_.begin(), open_.end(), descriptor));
      ::close(descriptor);
    });
  }
}

Server::~Server() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  {
    const std::lock_guard lock(mutex_);
    for (const int descriptor : open_) ::shutdown(descriptor, SHUT_RDWR);
  }
  for (std::thread& thread : threads_) thread.join();
}

std::string Server::authority() const {
  return (address_.find(':') == std::string::npos ? address_ : "[" + address_ + "]") + ":" + std::to_string(port_);
}

heygen::net::Url Server::url(const std::string& target, const std::string& host) const {
  const std::string place = host.empty() ? authority() : host + ":" + std::to_string(port_);
  return heygen::net::Url::parse((tls_ ? "https://" : "http://") + place + target);
}

}  // namespace peer
