// SPDX-License-Identifier: Apache-2.0
#include "core/net/client/client.hpp"

#include <Poco/Exception.h>

#include "core/base/text.hpp"
#include "core/net/client/names.hpp"
#include "core/net/connect/connect.hpp"
#include "core/net/http1/exchange.hpp"
#include "core/net/http1/response.hpp"
#include "core/net/stream/pool.hpp"

namespace heygen::net {

std::string peer_name(const Url& url, const std::optional<Proxy>& proxy) {
  std::string name = authority(url.host, url.port);
  if (proxy) name += " (through the proxy " + authority(proxy->host, proxy->port) + ")";
  return name;
}

namespace {

/// A kept connection may end just when it is used again, which is not a reason to fail (RFC 9112 §9.3.1).
bool may_reopen(const Failure& failure, const Exchange& exchange, const Request& request) {
  return failure.kind == Failure::Kind::reset && !exchange.response_started() && is_idempotent(request.method) &&
         (request.body == nullptr || request.body->rewind());
}

class Client : public Http {
 public:
  Client(const Environment& environment, Clock& clock, const std::string& fixed_ca_file,
         const std::optional<FixedProxy>& fixed_proxy)
      : clock_(clock), proxies_(environment, fixed_proxy), tls_(environment, fixed_ca_file), pool_(clock) {}

  std::unique_ptr<Response> send(const Request& request, const Cancel& cancel) override;

 private:
  struct Call {
    const Request& request;
    std::optional<Proxy> proxy;
    ExchangeDeadline deadline;
  };
  std::unique_ptr<Response> run(Call& call);
  std::unique_ptr<Response> run_on(Call& call, std::unique_ptr<Connection> connection, Exchange& exchange);

  Clock& clock_;
  ProxyRules proxies_;
  Tls tls_;
  Pool pool_;
};

std::unique_ptr<Response> Client::run_on(Call& call, std::unique_ptr<Connection> connection, Exchange& exchange) {
  const Request& request = call.request;
  const bool absolute = call.proxy && !call.proxy->is_socks() && request.url.scheme == "http";  // RFC 9112 §3.2.2
  Head head = exchange.run(absolute ? request.url.text() : request.url.target,
                           absolute ? std::string_view(call.proxy->authorization.reveal()) : std::string_view());
  if (absolute && head.status == 407) throw proxy_refused_login(*call.proxy, head.headers, call.deadline);
  try {
    const Framing framing = framing_of(request.method, head);
    const bool reusable = request.route.is_usual() && exchange.request_sent() && keeps_alive(head);
    return std::make_unique<Http1Response>(std::move(head), framing, std::move(connection), call.deadline, pool_,
                                           request.url.origin(), reusable);
  } catch (const Malformed& why) {
    throw call.deadline.failure(Failure::Kind::protocol, "The response from " + call.deadline.peer() +
                                                             " is not valid HTTP: " + why.what() + ".");
  }
}

std::unique_ptr<Response> Client::run(Call& call) {
  std::unique_ptr<Connection> kept;
  if (call.request.route.is_usual()) kept = pool_.take(call.request.url.origin());
  if (kept) {
    Connection& connection = *kept;
    Exchange exchange(connection, call.request, call.deadline);
    try {
      return run_on(call, std::move(kept), exchange);
    } catch (const Failure& failure) {
      if (!may_reopen(failure, exchange, call.request)) throw;
      call.deadline.restart();
    }
  }
  std::unique_ptr<Connection> fresh = open_connection(call.request, call.proxy, tls_, call.deadline);
  Exchange exchange(*fresh, call.request, call.deadline);
  return run_on(call, std::move(fresh), exchange);
}

std::unique_ptr<Response> Client::send(const Request& request, const Cancel& cancel) {
  check_sendable(request);
  const bool direct = request.route.direct || !request.route.unix_socket.empty();
  std::optional<Proxy> proxy = direct ? std::nullopt : proxies_.find(request.url);
  std::string peer = peer_name(request.url, proxy);
  Call call{request, std::move(proxy), ExchangeDeadline(request, std::move(peer), cancel, clock_)};
  call.deadline.check();
  try {
    return run(call);
  } catch (const Poco::Exception& error) {
    throw call.deadline.failure(Failure::Kind::protocol,
                                "The request to " + call.deadline.peer() + " failed: " + error.displayText() + ".");
  }
}

}  // namespace

std::unique_ptr<Http> make_http(const Environment& environment, Clock& clock, const std::string& fixed_ca_file,
                                const std::optional<FixedProxy>& fixed_proxy) {
  return std::make_unique<Client>(environment, clock, fixed_ca_file, fixed_proxy);
}

}  // namespace heygen::net
