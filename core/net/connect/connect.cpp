// SPDX-License-Identifier: Apache-2.0
#include "core/net/connect/connect.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/net/connect/socks.hpp"
#include "core/net/http1/message.hpp"

namespace heygen::net {
namespace {

using Kind = Failure::Kind;

constexpr std::chrono::milliseconds kHeadStart{250};

/// Connection attempts under way at the same time.
class Race {
 public:
  explicit Race(ExchangeDeadline& deadline) : deadline_(deadline) {}

  bool idle() const { return entries_.empty(); }
  int error() const { return error_; }

  void start(const Poco::Net::SocketAddress& address) {
    UniqueFd socket(::socket(address.af(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket ||
        (::connect(socket.get(), address.addr(), address.length()) < 0 && errno != EINPROGRESS && errno != EINTR)) {
      error_ = errno;
      return;
    }
    entries_.push_back({socket.get(), POLLOUT, 0});
    sockets_.push_back(std::move(socket));
  }

  /// A connected socket, or none: one or all have failed, or `at_most` has passed.
  UniqueFd run(std::optional<ExchangeDeadline::Duration> at_most) {
    if (idle() || !deadline_.wait(entries_, at_most)) return UniqueFd();
    for (std::size_t i = 0; i < entries_.size();) {
      int error = 0;
      socklen_t size = sizeof error;
      if (entries_[i].revents == 0) {
        ++i;
      } else if (entries_[i].revents == POLLOUT ||
                 (::getsockopt(sockets_[i].get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0)) {
        return std::move(sockets_[i]);
      } else {
        error_ = error != 0 ? error : errno;
        entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(i));
        sockets_.erase(sockets_.begin() + static_cast<std::ptrdiff_t>(i));
      }
    }
    return UniqueFd();
  }

 private:
  ExchangeDeadline& deadline_;
  std::vector<pollfd> entries_;
  std::vector<UniqueFd> sockets_;
  int error_ = 0;
};

}  // namespace

bool is_socket_path(std::string_view path) {
  return path.size() < sizeof(sockaddr_un::sun_path) && path.find('\0') == std::string_view::npos;
}

UniqueFd connect_any(const Addresses& addresses, const std::string& peer, ExchangeDeadline& deadline) {
  Race race(deadline);
  for (std::size_t next = 0; next < addresses.size() || !race.idle();) {
    if (next < addresses.size()) race.start(addresses[next++]);
    const auto at_most = next < addresses.size() ? std::optional(kHeadStart) : std::nullopt;
    if (UniqueFd socket = race.run(at_most)) {
      const int on = 1;
      ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      return socket;
    }
  }
  throw deadline.failure(Kind::connect, "Could not connect to " + peer + ": " + describe_errno(race.error()) + ".",
                         "Check your network connection, and HTTPS_PROXY if this network needs a proxy.");
}

namespace {

/// Cut as shown_word() cuts what could be a key; the name of a host in a domain seldom could.
std::string shown_host(const std::string& host) {
  constexpr std::size_t kLongestLabel = 20;
  std::vector<std::string> labels = split(host, '.');
  const auto is_long = [](const std::string& label) { return label.size() > kLongestLabel; };
  if (labels.size() > 1 && std::ranges::none_of(labels, is_long)) return host;
  for (std::string& label : labels) label = shown_word(label);
  return join(labels, ".");
}

Failure as_proxy_failure(const Failure& failure, const Proxy& proxy, const ExchangeDeadline& deadline) {
  std::string what = failure.what();
  if (failure.kind == Kind::resolve) {
    // A host that is unknown may be a key in the wrong place.
    const std::string host = shown_host(proxy.host);
    if (const std::size_t at = what.find(proxy.host); at != std::string::npos)
      what.replace(at, proxy.host.size(), host);
    what += " It is the proxy " + authority(host, proxy.port) + " (from " + proxy.variable + ").";
  }
  if (failure.kind == Kind::timeout || failure.kind == Kind::canceled) return failure;
  return deadline.failure(Kind::proxy, what,
                          proxy.hint("Correct " + proxy.variable + ", or unset it if no proxy is needed."));
}

Addresses addresses_of(const Url& url, ExchangeDeadline& deadline) {
  return resolve(url.zone.empty() ? url.host : url.host + "%" + url.zone, url.port, deadline);
}

UniqueFd dial_proxy(const Proxy& proxy, ExchangeDeadline& deadline) {
  try {
    return connect_any(resolve(proxy.host, proxy.port, deadline), proxy.label(), deadline);
  } catch (const Failure& failure) {
    throw as_proxy_failure(failure, proxy, deadline);
  }
}

UniqueFd dial_unix(const std::string& path, const ExchangeDeadline& deadline) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (!is_socket_path(path))
    throw deadline.failure(Kind::connect,
                           "The path of the socket " + path + " cannot be used: it is too long, or has a NUL.");
  path.copy(address.sun_path, path.size());
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (!socket || retry_interrupted([&] { return ::connect(socket.get(), generic, sizeof(address)); }) != 0) {
    throw deadline.failure(Kind::connect,
                           "Could not connect to the socket " + path + ": " + describe_errno(errno) + ".",
                           "Check that the service behind it is running.");
  }
  return socket;
}

Failure tunnel_refused(const Proxy& proxy, const std::string& target, const Head& response,
                       const ExchangeDeadline& deadline) {
  if (response.status == 407) return proxy_refused_login(proxy, response.headers, deadline);
  return deadline.failure(
      Kind::proxy,
      "The proxy " + authority(proxy.host, proxy.port) + " refused a connection to " + target + ": " +
          std::string(trim(std::to_string(response.status) + " " + response.reason)) + ".",
      "Ask the administrator of the proxy, or name the host in NO_PROXY if it can be reached directly.");
}

/// RFC 9110 §9.3.6.
std::string format_connect(const Request& request, const std::string& target, const Proxy& proxy) {
  std::string head = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n";
  if (const std::string* agent = find_header(request.headers, "User-Agent")) head += "User-Agent: " + *agent + "\r\n";
  if (!proxy.authorization.empty()) head += "Proxy-Authorization: " + proxy.authorization.reveal() + "\r\n";
  return head += "\r\n";
}

std::unique_ptr<Stream> open_tunnel(std::unique_ptr<Stream> stream, const Request& request, const Proxy& proxy,
                                    ExchangeDeadline& deadline) {
  Connection connection(std::move(stream));
  const std::string target = authority(request.url.host, request.url.port);
  std::string head = format_connect(request, target, proxy);
  connection.write(head, deadline);
  wipe(head);
  Head response;
  try {
    do response = receive_head(connection, deadline);
    while (response.status < 200);
  } catch (const Failure& failure) {
    throw as_proxy_failure(failure, proxy, deadline);
  }
  if (response.status > 299) throw tunnel_refused(proxy, target, response, deadline);
  if (!connection.input().empty()) {
    throw deadline.failure(Kind::proxy, "The proxy " + authority(proxy.host, proxy.port) +
                                            " sent data before the tunnel was used to reach " + target + ".");
  }
  return connection.take_stream();
}

std::unique_ptr<Stream> secure(std::unique_ptr<TlsStream> stream, const std::string& peer, ExchangeDeadline& deadline) {
  for (;;) {
    const Stream::Step step = stream->handshake();
    if (step.state == Stream::State::done) return stream;
    const bool waiting = step.state == Stream::State::want_read || step.state == Stream::State::want_write;
    if (!waiting) throw stream->handshake_failure(peer);
    deadline.wait(stream->descriptor(), step.state == Stream::State::want_read ? POLLIN : POLLOUT);
  }
}

/// A connection to an http or https proxy, past TLS where the proxy has it.
std::unique_ptr<Stream> reach_proxy(const Proxy& proxy, Tls& tls, ExchangeDeadline& deadline) {
  auto plain = std::make_unique<PlainStream>(dial_proxy(proxy, deadline));
  if (proxy.kind != Proxy::Kind::https) return plain;
  // What a request has of its own, such as a client certificate, is for its server.
  try {
    return secure(tls.wrap(std::move(plain), proxy.host), proxy.label(), deadline);
  } catch (const Failure& failure) {
    if (failure.kind != Kind::tls) throw as_proxy_failure(failure, proxy, deadline);
    std::string what = failure.what();
    what.front() = what.starts_with('t') ? 'T' : what.front();
    throw deadline.failure(Kind::tls, what, failure.hint);
  }
}

std::unique_ptr<Stream> reach_by_socks(const Request& request, const Proxy& proxy, const SocksTarget& target,
                                       ExchangeDeadline& deadline) {
  Connection connection(std::make_unique<PlainStream>(dial_proxy(proxy, deadline)));
  connect_through_socks(connection, proxy, target, authority(request.url.host, request.url.port), deadline);
  return connection.take_stream();
}

/// Where the name is resolved here, one address after the other, since the proxy does not say which one works.
std::unique_ptr<Stream> reach_by_socks(const Request& request, const Proxy& proxy, ExchangeDeadline& deadline) {
  constexpr std::size_t kMostAddresses = 4;
  const Url& url = request.url;
  Poco::Net::IPAddress literal;
  if (proxy.kind == Proxy::Kind::socks5h && !Poco::Net::IPAddress::tryParse(url.host, literal))
    return reach_by_socks(request, proxy, {url.host, url.port}, deadline);
  Addresses addresses;
  try {
    addresses = addresses_of(url, deadline);
  } catch (const Failure& failure) {
    if (failure.kind != Kind::resolve) throw;
    throw deadline.failure(Kind::resolve, failure.what(),
                           "If only the proxy knows the name, set " + proxy.variable + " to socks5h://host:port.");
  }
  for (std::size_t tried = 1;; ++tried) {
    try {
      return reach_by_socks(request, proxy, {addresses.at(tried - 1), url.port}, deadline);
    } catch (const SocksRefusal&) {
      if (tried == std::min(addresses.size(), kMostAddresses)) throw;
    }
  }
}

/// A connection on which the server is next: its TLS, or the request.
std::unique_ptr<Stream> reach(const Request& request, const std::optional<Proxy>& proxy, Tls& tls,
                              ExchangeDeadline& deadline) {
  if (!request.route.unix_socket.empty())
    return std::make_unique<PlainStream>(dial_unix(request.route.unix_socket, deadline));
  if (!proxy)
    return std::make_unique<PlainStream>(connect_any(addresses_of(request.url, deadline), deadline.peer(), deadline));
  if (proxy->is_socks()) return reach_by_socks(request, *proxy, deadline);
  std::unique_ptr<Stream> stream = reach_proxy(*proxy, tls, deadline);
  if (request.url.scheme != "https") return stream;
  return open_tunnel(std::move(stream), request, *proxy, deadline);
}

}  // namespace

Failure proxy_refused_login(const Proxy& proxy, const Headers& headers, const ExchangeDeadline& deadline) {
  const std::string name = "The proxy " + authority(proxy.host, proxy.port);
  std::string what = proxy.authorization.empty() ? name + " requires a user name and password (407)."
                                                 : name + " refused the user name or password (407).";
  const std::string* asked = find_header(headers, "Proxy-Authenticate");
  if (asked != nullptr && !iequals(std::string_view(*asked).substr(0, 5), "basic")) {
    what += " It requires the method " + split(*asked, ' ').front() + ", but only Basic is supported.";
  }
  return deadline.failure(Kind::proxy, what,
                          proxy.hint("Set " + proxy.variable + " to " + proxy.example() + ", percent-encoded."));
}

std::unique_ptr<Connection> open_connection(const Request& request, const std::optional<Proxy>& proxy, Tls& tls,
                                            ExchangeDeadline& deadline) {
  deadline.connecting();
  const bool secured = request.url.scheme == "https";
  if (secured && !request.route.has_own_tls()) tls.start();  // a mistake in SSL_CERT_FILE shows before anything is sent
  std::unique_ptr<Stream> stream = reach(request, proxy, tls, deadline);
  if (secured) stream = secure(tls.wrap(std::move(stream), request.url.host, request.route), deadline.peer(), deadline);
  deadline.connected();
  return std::make_unique<Connection>(std::move(stream));
}

}  // namespace heygen::net
