// SPDX-License-Identifier: Apache-2.0
#include "core/net/http1/exchange.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

#include "core/base/secret.hpp"

namespace heygen::net {
namespace {

constexpr std::size_t kPiece = std::size_t{64} * 1024;
constexpr int kMaxInterim = 64;

bool is_interim(int status) {
  return status < 200 && status != 101;
}

}  // namespace

bool Exchange::send(std::string_view data) {
  deadline_.check();  // before anything counts as sent
  deadline_.sending();
  const auto responded = request_.body != nullptr ? std::function([this] { return refused(); }) : nullptr;
  return connection_.write(data, deadline_, responded) == Connection::Sent::all;
}

/// Whether the input contains a final head that makes the rest of the body pointless.
bool Exchange::refused() {
  if (!may_be_refused_ || connection_.input().empty()) return false;
  response_started_ = true;
  try {
    while (const std::optional<std::size_t> size = head_size(connection_.input())) {
      const int status = parse_head(connection_.input().substr(0, *size)).status;
      if (status >= 300) return true;
      // A success may come while the server still reads: it is kept for later.
      if (!is_interim(status)) return may_be_refused_ = false;
      connection_.consume(*size);
    }
  } catch (const Malformed&) {
    return true;  // said properly by receive()
  }
  return connection_.full();
}

bool Exchange::send_head(const std::string& target, std::string_view proxy_authorization) {
  std::string head = format_head(request_, target, proxy_authorization);
  const bool sent = send(head);
  wipe(head);
  return sent;
}

bool Exchange::send_sized_body(std::uint64_t size) {
  std::vector<char> piece(static_cast<std::size_t>(std::min<std::uint64_t>(size, kPiece)));
  while (body_sent_ < size) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size - body_sent_, piece.size()));
    const std::size_t count = request_.body->read(std::span(piece).first(wanted));
    if (count == 0) {
      throw deadline_.failure(Failure::Kind::protocol,
                              "The request body ended after " + std::to_string(body_sent_) + " of the " +
                                  std::to_string(size) + " bytes announced.",
                              "If it is a file, it must not change while it is sent.");
    }
    if (!send({piece.data(), count})) return false;
    body_sent_ += count;
    if (request_.on_sent) request_.on_sent(body_sent_);
  }
  return true;
}

bool Exchange::send_chunked_body() {
  constexpr std::size_t kPrefix = 10;  // up to eight digits and CRLF
  std::vector<char> piece(kPrefix + kPiece + 2);
  while (const std::size_t count = request_.body->read(std::span(piece).subspan(kPrefix, kPiece))) {
    std::array<char, kPrefix + 1> size{};
    const auto length = static_cast<std::size_t>(std::snprintf(size.data(), size.size(), "%zx\r\n", count));
    char* const begin = piece.data() + kPrefix - length;
    std::copy_n(size.data(), length, begin);
    piece[kPrefix + count] = '\r';
    piece[kPrefix + count + 1] = '\n';
    if (!send({begin, length + count + 2})) return false;
    body_sent_ += count;
    if (request_.on_sent) request_.on_sent(body_sent_);
  }
  return send("0\r\n\r\n");
}

Head Exchange::receive() {
  for (int i = 0; i < kMaxInterim; ++i) {
    Head head = receive_head(connection_, deadline_);
    if (!is_interim(head.status)) return head;
  }
  throw deadline_.failure(Failure::Kind::protocol,
                          deadline_.peer() + " sent more than " + std::to_string(kMaxInterim) + " interim responses.");
}

Head Exchange::run(const std::string& target, std::string_view proxy_authorization) {
  bool sent = send_head(target, proxy_authorization);
  if (sent && request_.body != nullptr) {
    const std::optional<std::uint64_t> size = request_.body->size();
    sent = size ? send_sized_body(*size) : send_chunked_body();
  }
  if (sent) deadline_.sent_all();
  request_sent_ = sent;
  try {
    Head head = receive();
    response_started_ = true;
    return head;
  } catch (const Failure&) {
    response_started_ = response_started_ || !connection_.input().empty();
    throw;
  }
}

}  // namespace heygen::net
