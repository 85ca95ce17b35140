// SPDX-License-Identifier: Apache-2.0
#include "core/provider/login/loopback.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <limits>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/secret.hpp"
#include "core/base/text.hpp"
#include "core/provider/login/callback_page.hpp"
#include "core/provider/login/request_head.hpp"
#include "core/store/reserved_slots.hpp"

namespace heygen::provider {
namespace {

using std::chrono::milliseconds;

/// How long the last bytes may take to reach the browser.
constexpr milliseconds kFlush{2'000};
constexpr milliseconds kDrain{500};
/// How long past the deadline what has arrived is still served: the process may have been stopped meanwhile.
constexpr milliseconds kLastLook{500};
/// Bytes taken from a connection at a time.
constexpr std::size_t kReadSize = 4096;

Error cannot_listen(int why, const std::string& where = "127.0.0.1") {
  if (why == EADDRINUSE) {
    return usage_error("Another program already listens on " + where + ", where the login's redirect must arrive.",
                       "End that program, or configure another port.");
  }
  return network_error("Could not listen on " + where + ": " + describe_errno(why),
                       "Log in with another method: `" + std::string(store::kLoginCommand) + " --help` lists them.");
}

enum class Family : unsigned char { four, six };

constexpr const char* kFour = "127.0.0.1";
constexpr const char* kSix = "[::1]";

/// An address of this machine alone.
std::pair<sockaddr_storage, socklen_t> address_of(Family family, std::uint16_t port) {
  sockaddr_storage storage{};
  if (family == Family::six) {
    auto* address = reinterpret_cast<sockaddr_in6*>(&storage);
    address->sin6_family = AF_INET6;
    address->sin6_addr = in6addr_loopback;
    address->sin6_port = htons(port);
    return {storage, sizeof(*address)};
  }
  auto* address = reinterpret_cast<sockaddr_in*>(&storage);
  address->sin_family = AF_INET;
  address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address->sin_port = htons(port);
  return {storage, sizeof(*address)};
}

/// sin_port and sin6_port lie at the same place.
std::uint16_t port_of(const sockaddr_storage& address) {
  return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

bool is_form(const RequestHead& head) {
  constexpr std::string_view kForm = "application/x-www-form-urlencoded";
  return trim(to_lower(std::string_view(head.content_type).substr(0, head.content_type.find(';')))) == kForm;
}

/// The length of the body; empty where Content-Length does not tell it.
std::optional<std::size_t> body_length(const RequestHead& head) {
  if (head.is_coded) return {};
  std::size_t length = 0;
  const char* const last = head.content_length.data() + head.content_length.size();
  const auto [end, error] = std::from_chars(head.content_length.data(), last, length);
  if (head.content_length.empty() || error == std::errc::invalid_argument || end != last) return {};
  if (error == std::errc::result_out_of_range) return std::numeric_limits<std::size_t>::max();
  return length;
}

/// Empty when it cannot be; errno then says why. `port`: 0 for any, and the one that it has afterwards.
UniqueFd listen_on(Family family, std::uint16_t& port) {
  auto [address, size] = address_of(family, port);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  UniqueFd listener(socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;  // a fixed port is free again at once after an earlier login
  if (!listener || (port != 0 && setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0) ||
      bind(listener.get(), generic, size) != 0 || ::listen(listener.get(), SOMAXCONN) != 0 ||
      getsockname(listener.get(), generic, &size) != 0)
    return {};
  port = port_of(address);
  return listener;
}

/// This machine has no IPv6.
bool is_without_address(int why) {
  return why == EAFNOSUPPORT || why == EADDRNOTAVAIL || why == EPROTONOSUPPORT;
}

std::string with_port(const std::string& host, std::uint16_t port) {
  return port == 0 ? host : host + ":" + std::to_string(port);
}

bool ready_for(int socket, short events, milliseconds time) {
  pollfd one{socket, events, 0};
  return retry_interrupted([&] { return poll(&one, 1, static_cast<int>(time.count())); }) > 0;
}

}  // namespace

Loopback::Loopback(const RedirectOptions& options, Clock& clock)
    : path_(options.path), form_post_(options.form_post), clock_(clock) {
  std::uint16_t port = options.port;
  if (options.host == "localhost") {
    listen_on_both(port);
  } else if (!(listener_ = listen_on(options.host == kSix ? Family::six : Family::four, port))) {
    throw cannot_listen(errno, with_port(options.host, options.port));
  }
  host_ = with_port(options.host, port);
  redirect_uri_ = "http://" + host_ + path_;
}

/// A browser tries the addresses of `localhost` in any order: a program that listens on the other one would get the
/// code.
void Loopback::listen_on_both(std::uint16_t& port) {
  constexpr int kTries = 16;  // the system's choice for the one may be taken for the other
  const std::uint16_t wanted = port;
  int why = 0;
  for (int i = 0; i < kTries; ++i) {
    port = wanted;
    listener_ = listen_on(Family::four, port);
    if (!listener_) throw cannot_listen(errno, with_port(kFour, wanted));
    second_ = listen_on(Family::six, port);
    if (second_) return;
    why = errno;
    if (is_without_address(why)) return;
    if (wanted != 0 || why != EADDRINUSE) break;
  }
  listener_.reset();
  throw cannot_listen(why, with_port(kSix, port));
}

Loopback::~Loopback() {
  try {
    if (has_visitor()) respond(false, "The program stopped before the login was complete.");
  } catch (...) {  // the page is a courtesy
  }
  close_all();
  for (auto& [name, value] : params_) wipe(value);
}

const std::string* Loopback::param(std::string_view name) const {
  const auto found = std::ranges::find(params_, name, &Params::value_type::first);
  return found == params_.end() ? nullptr : &found->second;
}

Loopback::Outcome Loopback::wait(milliseconds timeout, const Cancel& cancel, const Watch& watch) {
  milliseconds seen = clock_.monotonic();  // without a gap, so that a stop shows wherever it happens
  milliseconds deadline = seen + timeout;
  for (;;) {
    if (cancel.requested()) return Outcome::canceled;
    if (watch.is_over && watch.is_over()) return Outcome::ended;
    const milliseconds left = deadline - seen;
    if (left < -kLastLook) return Outcome::timed_out;
    if (watch.tick) watch.tick(std::max(left, milliseconds{0}));
    std::vector<int> ready;
    const int count = poll_once(left, cancel, watch, ready, seen, deadline);
    if (count < 0 && errno != EINTR) throw cannot_listen(errno);
    if (const auto outcome = serve_ready(ready)) return *outcome;
    if (left.count() <= 0 && count == 0) return Outcome::timed_out;
    drop_expired();
  }
}

int Loopback::poll_once(milliseconds timeout, const Cancel& cancel, const Watch& watch, std::vector<int>& ready,
                        milliseconds& seen, milliseconds& deadline) {
  std::vector<pollfd> all{{cancel.descriptor(), POLLIN, 0},
                          {watch.descriptor(), POLLIN, 0},
                          {watch.input(), POLLIN, 0},
                          {listener_.get(), POLLIN, 0}};
  if (second_) all.push_back({second_.get(), POLLIN, 0});
  milliseconds time = timeout;
  for (const Connection& connection : connections_) {
    all.push_back({connection.socket.get(), POLLIN, 0});
    time = std::min(time, std::max(milliseconds{1}, connection.deadline - seen));
  }
  time = std::clamp(time, milliseconds{0}, kLongestSleep);
  const int count = poll(all.data(), all.size(), static_cast<int>(time.count()));
  const int why = errno;
  const milliseconds now = clock_.monotonic();
  const milliseconds stopped = stopped_time(time, now - seen);
  seen = now;
  deadline += stopped;
  for (Connection& connection : connections_) connection.deadline += stopped;
  errno = why;
  if (count <= 0) return count;
  if (all[1].revents != 0) watch.readable();
  if (all[2].revents != 0) watch.typed();
  for (auto entry = all.begin() + 3; entry != all.end(); ++entry) {
    if (entry->revents != 0) ready.push_back(entry->fd);
  }
  return count;
}

std::optional<Loopback::Outcome> Loopback::serve_ready(const std::vector<int>& ready) {
  for (auto connection = connections_.begin(); connection != connections_.end();) {
    const auto here = connection++;
    if (std::ranges::find(ready, here->socket.get()) == ready.end()) continue;
    const Next next = serve(*here);
    if (next == Next::keep) continue;
    if (next == Next::arrived) visitor_ = std::move(here->socket);
    wipe(here->head);
    connections_.erase(here);
    if (next == Next::arrived) return Outcome::arrived;
    if (next == Next::repeated_parameter) return Outcome::repeated_parameter;
  }
  for (const UniqueFd* listener : {&listener_, &second_}) {
    if (*listener && std::ranges::find(ready, listener->get()) != ready.end()) accept_one(listener->get());
  }
  return {};
}

/// Past the limit the oldest connection is dropped: browsers open connections ahead and leave them idle.
void Loopback::accept_one(int listener) {
  UniqueFd socket(retry_interrupted([&] { return accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK); }));
  if (!socket) return;
  if (connections_.size() == kMaxConnections) {
    wipe(connections_.front().head);
    connections_.pop_front();
  }
  Connection& connection = connections_.emplace_back();
  connection.socket = std::move(socket);
  connection.deadline = clock_.monotonic() + kConnectionTime;
  connection.head.reserve(kMaxHead + kMaxForm + kReadSize);  // so that it is wiped in one place
}

void Loopback::drop_expired() {
  const milliseconds now = clock_.monotonic();
  connections_.remove_if([&](const Connection& connection) { return connection.deadline <= now; });
}

Loopback::Next Loopback::serve(Connection& connection) {
  std::array<char, kReadSize> buffer{};
  const ssize_t got = retry_interrupted([&] { return recv(connection.socket.get(), buffer.data(), buffer.size(), 0); });
  if (got < 0) return errno == EAGAIN ? Next::keep : Next::drop;
  if (got == 0) return Next::drop;
  if (connection.answered) return Next::keep;
  connection.head.append(buffer.data(), static_cast<std::size_t>(got));
  const std::size_t end = end_of_head(connection.head);
  if (std::min(end, connection.head.size()) > kMaxHead) {
    return answer(connection, error_response(431, "Request Header Fields Too Large"));
  }
  return end == std::string::npos ? Next::keep : handle_request(connection, end);
}

Loopback::Next Loopback::handle_request(Connection& connection, std::size_t end) {
  const auto head = parse_head(std::string_view(connection.head).substr(0, end));
  // A host name that resolves to 127.0.0.1 is refused (DNS rebinding).
  if (!head || head->hosts != std::vector<std::string>{host_})
    return answer(connection, error_response(400, "Bad Request"));
  const bool with_body = head->method != "HEAD";
  if (head->path != path_) return answer(connection, error_response(404, "Not Found", {}, with_body));
  const std::string allowed = form_post_ ? "POST" : "GET";
  if (head->method != allowed) {
    return answer(connection, error_response(405, "Method Not Allowed", "Allow: " + allowed + "\r\n", with_body));
  }
  if (!form_post_) return take(connection, head->query);
  if (!is_form(*head)) return answer(connection, error_response(415, "Unsupported Media Type"));
  const auto length = body_length(*head);
  if (!length) return answer(connection, error_response(411, "Length Required"));
  if (*length > kMaxForm) return answer(connection, error_response(413, "Content Too Large"));
  if (connection.head.size() < end + *length) return Next::keep;
  return take(connection, std::string_view(connection.head).substr(end, *length));
}

Loopback::Next Loopback::take(Connection& connection, std::string_view encoded) {
  auto params = parse_query(encoded);
  if (!params) return answer(connection, error_response(400, "Bad Request"));
  params_ = std::move(*params);
  for (auto at = params_.begin(); at != params_.end(); ++at) {
    if (std::any_of(params_.begin(), at, [&](const auto& earlier) { return earlier.first == at->first; })) {
      send_and_drain(connection.socket.get(),
                     callback_response(false, "The response has a parameter twice, so it was not used."));
      params_.clear();
      return Next::repeated_parameter;
    }
  }
  return Next::arrived;
}

/// The response fits an empty send buffer. The connection stays until the other side closes it: closing with unread
/// bytes would reset it and lose the response.
Loopback::Next Loopback::answer(Connection& connection, const std::string& response) {
  wipe(connection.head);
  connection.answered = true;
  const ssize_t sent =
      retry_interrupted([&] { return send(connection.socket.get(), response.data(), response.size(), MSG_NOSIGNAL); });
  if (sent != static_cast<ssize_t>(response.size())) return Next::drop;
  shutdown(connection.socket.get(), SHUT_WR);
  return Next::keep;
}

void Loopback::respond(bool success, std::string_view message) {
  if (visitor_) send_and_drain(visitor_.get(), callback_response(success, message));
  close_all();
}

/// Sends all of it and waits a moment for the browser to have it.
void Loopback::send_and_drain(int socket, const std::string& response) const {
  std::string_view rest = response;
  while (!rest.empty() && ready_for(socket, POLLOUT, kFlush)) {
    const ssize_t sent = send(socket, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return;
    if (sent > 0) rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  shutdown(socket, SHUT_WR);
  std::array<char, 4096> buffer{};
  const milliseconds deadline = clock_.monotonic() + kDrain;
  for (milliseconds left = kDrain; left.count() > 0 && ready_for(socket, POLLIN, left);
       left = deadline - clock_.monotonic()) {
    const ssize_t got = recv(socket, buffer.data(), buffer.size(), 0);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) return;
  }
}

void Loopback::close_all() {
  connections_.clear();
  listener_.reset();
  second_.reset();
  visitor_.reset();
}

}  // namespace heygen::provider
