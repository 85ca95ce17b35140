// SPDX-License-Identifier: Apache-2.0
// One request and the head of its response on one connection.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/net/http1/message.hpp"
#include "core/net/stream/connection.hpp"

namespace heygen::net {

class Exchange {
 public:
  Exchange(Connection& connection, const Request& request, ExchangeDeadline& deadline)
      : connection_(connection), request_(request), deadline_(deadline) {}

  /// Sends the request and reads up to the final head. A server that answers with a refusal before it has read all of
  /// the body is heard, and the rest not sent (RFC 9112 §9.5). Throws Failure, or what the body's source throws.
  Head run(const std::string& target, std::string_view proxy_authorization);

  /// All of the request was sent, so the connection may serve another.
  bool request_sent() const { return request_sent_; }
  /// A byte of the response has come.
  bool response_started() const { return response_started_; }

 private:
  bool send(std::string_view data);
  bool send_head(const std::string& target, std::string_view proxy_authorization);
  bool send_sized_body(std::uint64_t size);
  bool send_chunked_body();
  bool refused();
  Head receive();

  Connection& connection_;
  const Request& request_;
  ExchangeDeadline& deadline_;
  std::uint64_t body_sent_ = 0;
  bool may_be_refused_ = true;
  bool request_sent_ = false;
  bool response_started_ = false;
};

}  // namespace heygen::net
