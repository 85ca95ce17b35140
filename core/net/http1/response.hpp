// SPDX-License-Identifier: Apache-2.0
// The body of a response as it comes, and whether its connection is kept.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/net/http1/message.hpp"
#include "core/net/stream/connection.hpp"
#include "core/net/stream/pool.hpp"

namespace heygen::net {

/// Decodes one body from a connection.
class BodyReader {
 public:
  explicit BodyReader(Framing framing) : framing_(framing), left_(framing.length) {}

  bool done() const { return done_ || framing_.kind == Framing::Kind::none; }
  /// 0: the body ended in order. Throws Failure.
  std::size_t read(Connection& connection, std::span<char> out, ExchangeDeadline& deadline);

 private:
  std::size_t read_sized(Connection& connection, std::span<char> out, ExchangeDeadline& deadline);
  std::size_t read_chunked(Connection& connection, std::span<char> out, ExchangeDeadline& deadline);
  std::size_t read_until_close(Connection& connection, std::span<char> out, ExchangeDeadline& deadline);
  std::string read_line(Connection& connection, ExchangeDeadline& deadline) const;
  void next_chunk(Connection& connection, ExchangeDeadline& deadline);
  void skip_trailers(Connection& connection, ExchangeDeadline& deadline);
  Failure cut_short(const Connection& connection, const ExchangeDeadline& deadline) const;

  Framing framing_;
  std::uint64_t left_;  ///< of the body, or of the chunk
  std::uint64_t got_ = 0;
  bool in_chunks_ = false;
  bool done_ = false;
};

class Http1Response : public Response {
 public:
  /// Gives the connection back to `pool` under `key` after the body when `reusable`.
  Http1Response(Head head, Framing framing, std::unique_ptr<Connection> connection, ExchangeDeadline deadline,
                Pool& pool, std::string key, bool reusable);

  std::size_t read(std::span<char> out) override;
  std::optional<std::uint64_t> length() const override { return length_; }

 private:
  void finish();

  std::optional<std::uint64_t> length_;
  BodyReader body_;
  std::unique_ptr<Connection> connection_;
  ExchangeDeadline deadline_;
  Pool& pool_;
  std::string key_;
  std::optional<Pool::Duration> keep_for_;
};

}  // namespace heygen::net
