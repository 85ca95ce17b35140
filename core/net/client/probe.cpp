// SPDX-License-Identifier: Apache-2.0
#include "core/net/client/probe.hpp"

#include <Poco/Exception.h>
#include <openssl/x509.h>

#include <ctime>

#include "core/base/clock.hpp"
#include "core/net/client/names.hpp"
#include "core/net/connect/connect.hpp"
#include "core/net/http1/exchange.hpp"

namespace heygen::net {
namespace {

TlsFacts facts_of(const SSL* ssl) {
  TlsFacts facts;
  facts.version = SSL_get_version(ssl);
  if (const STACK_OF(X509)* chain = SSL_get0_verified_chain(ssl)) {
    for (int i = 0; i < sk_X509_num(chain); ++i)
      facts.chain.push_back(describe_name(X509_get_subject_name(sk_X509_value(chain, i))));
  }
  if (const X509* own = SSL_get0_peer_certificate(ssl)) {
    facts.issuer = describe_name(X509_get_issuer_name(own));
    std::tm end{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(own), &end) == 1) facts.expires_at = timegm(&end);
  }
  return facts;
}

class Look {
 public:
  Look(Probe& found, const Request& request, const Environment& environment, const std::string& fixed_ca_file)
      : found_(found), request_(request), rules_(environment), tls_(environment, fixed_ca_file) {}

  void run(Clock& clock, const Cancel& cancel) {
    proxy_ = rules_.find(request_.url);
    if (proxy_) {
      found_.proxy = proxy_;
      found_.proxy->authorization = found_.proxy->user = found_.proxy->password = Secret();
    }
    found_.reached = Probe::Step::resolve;
    resolve_name(clock, cancel);
    ExchangeDeadline deadline(request_, peer_name(request_.url, proxy_), cancel, clock);
    found_.reached = Probe::Step::connect;
    const std::unique_ptr<Connection> connection = connect(deadline);
    if (const auto* secured = dynamic_cast<const TlsStream*>(&connection->stream());
        secured != nullptr && request_.url.scheme == "https")
      found_.tls = facts_of(secured->ssl());
    found_.reached = Probe::Step::response;
    send(*connection, deadline);
    found_.reached = Probe::Step::done;
  }

 private:
  void resolve_name(Clock& clock, const Cancel& cancel) {
    const bool by_proxy = proxy_ && proxy_->kind != Proxy::Kind::socks5;
    found_.resolved_host = by_proxy ? proxy_->host : request_.url.host;
    ExchangeDeadline deadline(request_, found_.resolved_host, cancel, clock);
    deadline.connecting();
    const std::uint16_t port = by_proxy ? proxy_->port : request_.url.port;
    for (const Poco::Net::SocketAddress& one : resolve(found_.resolved_host, port, deadline))
      found_.addresses.push_back(one.host().toString());
  }

  std::unique_ptr<Connection> connect(ExchangeDeadline& deadline) {
    try {
      return open_connection(request_, proxy_, tls_, deadline);
    } catch (const Failure& failure) {
      if (failure.kind == Failure::Kind::tls) found_.reached = Probe::Step::tls;
      if (failure.kind == Failure::Kind::proxy) found_.reached = Probe::Step::proxy;
      throw;
    }
  }

  void send(Connection& connection, ExchangeDeadline& deadline) {
    const bool absolute = proxy_ && !proxy_->is_socks() && request_.url.scheme == "http";
    Exchange exchange(connection, request_, deadline);
    const auto begin = deadline.clock().monotonic();
    const Head head = exchange.run(absolute ? request_.url.text() : request_.url.target,
                                   absolute ? std::string_view(proxy_->authorization.reveal()) : std::string_view());
    found_.latency = deadline.clock().monotonic() - begin;
    if (absolute && head.status == 407) {
      found_.reached = Probe::Step::proxy;
      throw proxy_refused_login(*proxy_, head.headers, deadline);
    }
    found_.status = head.status;
    if (const std::string* date = find_header(head.headers, "Date")) found_.date = *date;
  }

  Probe& found_;
  const Request& request_;
  ProxyRules rules_;
  Tls tls_;
  std::optional<Proxy> proxy_;
};

}  // namespace

Probe probe(const Url& url, const Environment& environment, const std::string& fixed_ca_file, Clock& clock,
            const Cancel& cancel, std::chrono::milliseconds limit) {
  Request request;
  request.url = url;
  request.headers = {{"Accept", "application/json"}};
  request.timeouts = {.connect = limit, .idle = limit, .total = limit};
  Probe found;
  try {
    Look(found, request, environment, fixed_ca_file).run(clock, cancel);
  } catch (const Failure& failure) {
    found.failure = failure;
  } catch (const Poco::Exception& error) {
    found.failure = Failure(Failure::Kind::protocol, "The request failed: " + error.displayText() + ".");
  }
  return found;
}

}  // namespace heygen::net
