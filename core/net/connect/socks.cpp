// SPDX-License-Identifier: Apache-2.0
#include "core/net/connect/socks.hpp"

#include <netinet/in.h>

#include <array>
#include <stdexcept>

#include "core/base/secret.hpp"
#include "core/net/http1/message.hpp"

namespace heygen::net {
namespace {

using Poco::Net::SocketAddress;

constexpr char kVersion = 5, kLoginVersion = 1, kConnect = 1;
constexpr char kNoLogin = 0, kPassword = 2;
constexpr unsigned char kNoMethod = 0xFF;
constexpr unsigned char kIpv4 = 1, kName = 3, kIpv6 = 4;
constexpr std::size_t kIpv4Size = 4, kIpv6Size = 16, kPortSize = 2, kResponseHead = 4;
constexpr std::size_t kLongestName = 255;

unsigned char byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

std::string with_length(const std::string& text) {
  return std::string(1, static_cast<char>(text.size())) + text;
}

/// RFC 1928 §6; 0x02 is by the proxy's own rules.
constexpr unsigned char kNotAllowed = 2, kNoSuchAddressType = 8;
std::string_view reason_of(unsigned char response) {
  constexpr std::array<std::string_view, 9> kReasons{
      "",
      "it failed",
      "its rules do not allow it",
      "the network is unreachable",
      "the host is unreachable, or its name is unknown",
      "connection refused",
      "the time to live expired",
      "it does not support the command",
      "it does not support this type of address",
  };
  return response < kReasons.size() ? kReasons[response] : "unknown reason";
}

class Handshake {
 public:
  Handshake(Connection& connection, const Proxy& proxy, ExchangeDeadline& deadline)
      : connection_(connection), proxy_(proxy), deadline_(deadline) {}

  void choose_method();
  void connect(const SocksTarget& target, const std::string& target_name);

 private:
  void send(std::string message) {
    const Wiper wiper{message};
    if (connection_.write(message, deadline_) == Connection::Sent::lost) throw ended();
  }
  /// At least that much of the proxy's response.
  std::string_view receive(std::size_t size) {
    while (connection_.input().size() < size)
      if (!connection_.fill(deadline_)) throw ended();
    return connection_.input();
  }
  void log_in();

  std::string name() const { return "The proxy " + authority(proxy_.host, proxy_.port); }
  Failure failure(const std::string& what, std::string hint) const {
    return deadline_.failure(Failure::Kind::proxy, what, std::move(hint));
  }
  Failure ended() const { return failure(name() + " closed the connection within the SOCKS handshake.", hint()); }
  Failure not_socks() const { return failure(name() + " does not speak SOCKS5 on this port.", hint()); }
  std::string hint() const { return "Check the scheme, the host and the port in " + proxy_.variable + "."; }
  std::string login_hint() const { return "Set " + proxy_.variable + " to " + proxy_.example() + ", percent-encoded."; }

  Connection& connection_;
  const Proxy& proxy_;
  ExchangeDeadline& deadline_;
};

void Handshake::choose_method() {
  const bool has_login = !proxy_.user.empty();
  send(has_login ? std::string{kVersion, 2, kNoLogin, kPassword} : std::string{kVersion, 1, kNoLogin});
  const std::string_view response = receive(2);
  const unsigned char version = byte_at(response, 0), method = byte_at(response, 1);
  connection_.consume(2);
  if (version != kVersion) throw not_socks();
  if (method == kPassword && has_login) return log_in();
  if (method == kNoLogin) return;
  if (method != kNoMethod) throw not_socks();
  throw has_login ? failure(name() + " requires a login of another kind than user name and password.",
                            "Ask the administrator of the proxy for one that takes a user name and a password.")
                  : failure(name() + " requires a user name and password.", login_hint());
}

void Handshake::log_in() {
  send(kLoginVersion + with_length(proxy_.user.reveal()) + with_length(proxy_.password.reveal()));
  const unsigned char status = byte_at(receive(2), 1);
  connection_.consume(2);
  if (status != 0) throw failure(name() + " refused the user name or password.", login_hint());
}

void Handshake::connect(const SocksTarget& target, const std::string& target_name) {
  send(format_socks_connect(target));
  const std::string_view head = receive(kResponseHead);
  if (byte_at(head, 0) != kVersion) throw not_socks();
  if (const unsigned char response = byte_at(head, 1); response != 0) {
    std::string hint = "Check the host name and your network connection.";
    if (response == kNotAllowed)
      hint = "Ask the administrator of the proxy, or name the host in NO_PROXY if it can be reached directly.";
    if (response == kNoSuchAddressType)
      hint = "Set " + proxy_.variable +
             " to another scheme: with socks5h:// the proxy resolves names, with socks5:// " + "heygen does.";
    SocksRefusal refusal(
        Failure::Kind::proxy,
        name() + " could not connect to " + target_name + ": " + std::string(reason_of(response)) + ".",
        std::move(hint));
    throw refusal;
  }
  std::size_t size = 0;
  for (std::size_t least = kResponseHead + 1; (size = socks_response_size(receive(least))) == 0; ++least)
    if (connection_.full() || least > kResponseHead + kLongestName + kPortSize + 1) throw not_socks();
  connection_.consume(size);
  if (!connection_.input().empty())
    throw failure(name() + " sent data before the tunnel was used to reach " + target_name + ".", hint());
}

}  // namespace

std::string format_socks_connect(const SocksTarget& target) {
  std::string out{kVersion, kConnect, 0};
  if (const auto* name = std::get_if<std::string>(&target.place)) {
    if (name->empty() || name->size() > kLongestName) throw std::length_error("the host name is too long for SOCKS");
    out += static_cast<char>(kName) + with_length(*name);
  } else {
    const auto host = std::get<SocketAddress>(target.place).host();
    out += static_cast<char>(host.family() == Poco::Net::AddressFamily::IPv4 ? kIpv4 : kIpv6);
    out.append(static_cast<const char*>(host.addr()), host.length());
  }
  out += static_cast<char>(target.port >> 8U);
  return out += static_cast<char>(target.port & 0xFFU);
}

std::size_t socks_response_size(std::string_view input) {
  if (input.size() <= kResponseHead) return 0;
  std::size_t size = kResponseHead + kPortSize;
  switch (byte_at(input, kResponseHead - 1)) {
    case kIpv4:
      size += kIpv4Size;
      break;
    case kIpv6:
      size += kIpv6Size;
      break;
    case kName:
      size += 1 + std::size_t{byte_at(input, kResponseHead)};
      break;
    default:
      return 0;
  }
  return input.size() < size ? 0 : size;
}

void connect_through_socks(Connection& connection, const Proxy& proxy, const SocksTarget& target,
                           const std::string& target_name, ExchangeDeadline& deadline) {
  Handshake handshake(connection, proxy, deadline);
  handshake.choose_method();
  handshake.connect(target, target_name);
}

}  // namespace heygen::net
