// One request and the head of its reply on one connection.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/net/stream/connection.hpp"
#include "core/net/http1/message.hpp"

namespace heygen::net {

class Exchange {
 public:
  Exchange(Connection& connection, const Request& request, Watch& watch)
      : connection_(connection), request_(request), watch_(watch) {}

  /// Sends the request and reads up to the final head. A server that answers with a refusal before it has read all of
  /// the body is heard, and the rest not sent (RFC 9112 §9.5). Throws Failure, or what the body's source throws.
  Head run(const std::string& target, std::string_view proxy_authorization);

  /// All of the request was sent, so the connection may serve another.
  bool whole() const { return whole_; }
  /// Something of a reply has come.
  bool answered() const { return answered_; }

 private:
  bool send(std::string_view data);
  bool send_head(const std::string& target, std::string_view proxy_authorization);
  bool send_sized_body(std::uint64_t size);
  bool send_chunked_body();
  bool refused();
  Head receive();

  Connection& connection_;
  const Request& request_;
  Watch& watch_;
  std::uint64_t body_sent_ = 0;
  bool listening_ = true;
  bool whole_ = false;
  bool answered_ = false;
};

}  // namespace heygen::net
