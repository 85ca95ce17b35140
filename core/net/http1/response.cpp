// SPDX-License-Identifier: Apache-2.0
#include "core/net/http1/response.hpp"

#include <algorithm>
#include <charconv>

#include "core/base/text.hpp"

namespace heygen::net {
namespace {

constexpr std::size_t kMaxLine = std::size_t{8} * 1024;
constexpr int kMaxTrailers = 100;

Failure bad_chunk(const ExchangeDeadline& deadline, const std::string& why) {
  return deadline.failure(Failure::Kind::protocol,
                          "The chunked response from " + deadline.peer() + " is not valid: " + why + ".");
}

}  // namespace

Failure BodyReader::cut_short(const Connection& connection, const ExchangeDeadline& deadline) const {
  std::string what = "The response from " + deadline.peer() + " was cut short after " + std::to_string(got_);
  if (framing_.kind == Framing::Kind::length) what += " of " + std::to_string(framing_.length);
  what += " bytes";
  if (connection.ending() == Stream::State::lost) what += ": " + connection.error_text();
  return deadline.failure(Failure::Kind::truncated, what + ".", "Try again.");
}

std::size_t BodyReader::read_sized(Connection& connection, std::span<char> out, ExchangeDeadline& deadline) {
  const std::size_t count =
      connection.read(out.first(static_cast<std::size_t>(std::min<std::uint64_t>(left_, out.size()))), deadline);
  if (count == 0) throw cut_short(connection, deadline);
  left_ -= count;
  return count;
}

std::string BodyReader::read_line(Connection& connection, ExchangeDeadline& deadline) const {
  for (;;) {
    const std::string_view input = connection.input();
    const std::size_t end = input.find('\n');
    if (end > kMaxLine && input.size() > kMaxLine) throw bad_chunk(deadline, "a line is too long");
    if (end != std::string_view::npos) {
      std::string line(input.substr(0, end));
      if (line.ends_with('\r')) line.pop_back();
      connection.consume(end + 1);
      return line;
    }
    if (!connection.fill(deadline)) throw cut_short(connection, deadline);
  }
}

/// RFC 9112 §7.1.
void BodyReader::next_chunk(Connection& connection, ExchangeDeadline& deadline) {
  if (in_chunks_ && !read_line(connection, deadline).empty())
    throw bad_chunk(deadline, "a chunk is longer than announced");
  in_chunks_ = true;
  const std::string line = read_line(connection, deadline);
  const std::string_view digits = trim(std::string_view(line).substr(0, line.find(';')));
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), left_, 16);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) {
    throw bad_chunk(deadline, "a chunk size is not a number");
  }
  if (left_ == 0) skip_trailers(connection, deadline);
}

void BodyReader::skip_trailers(Connection& connection, ExchangeDeadline& deadline) {
  for (int i = 0; i <= kMaxTrailers; ++i) {
    if (read_line(connection, deadline).empty()) {
      done_ = true;
      return;
    }
  }
  throw bad_chunk(deadline, "it has too many trailers");
}

std::size_t BodyReader::read_chunked(Connection& connection, std::span<char> out, ExchangeDeadline& deadline) {
  if (left_ == 0) next_chunk(connection, deadline);
  return done_ ? 0 : read_sized(connection, out, deadline);
}

std::size_t BodyReader::read_until_close(Connection& connection, std::span<char> out, ExchangeDeadline& deadline) {
  const std::size_t count = connection.read(out, deadline);
  if (count == 0 && connection.ending() == Stream::State::lost) throw cut_short(connection, deadline);
  return count;
}

std::size_t BodyReader::read(Connection& connection, std::span<char> out, ExchangeDeadline& deadline) {
  using enum Framing::Kind;
  if (done() || out.empty()) return 0;
  const std::size_t count = framing_.kind == length    ? read_sized(connection, out, deadline)
                            : framing_.kind == chunked ? read_chunked(connection, out, deadline)
                                                       : read_until_close(connection, out, deadline);
  got_ += count;
  done_ = done_ || count == 0 || (framing_.kind == length && left_ == 0);
  return count;
}

Http1Response::Http1Response(Head head, Framing framing, std::unique_ptr<Connection> connection,
                             ExchangeDeadline deadline, Pool& pool, std::string key, bool reusable)
    : length_(content_length(head)),
      body_(framing),
      connection_(std::move(connection)),
      deadline_(std::move(deadline)),
      pool_(pool),
      key_(std::move(key)) {
  status = head.status;
  headers = std::move(head.headers);
  if (reusable && framing.kind != Framing::Kind::until_close) keep_for_ = Pool::keep_time(headers);
  if (body_.done()) finish();
}

void Http1Response::finish() {
  if (keep_for_ && connection_ != nullptr) pool_.put(key_, std::move(connection_), *keep_for_);
  connection_.reset();
}

std::size_t Http1Response::read(std::span<char> out) {
  if (body_.done()) return 0;
  if (connection_ == nullptr) throw deadline_.failure(Failure::Kind::reset, "The response already failed.");
  try {
    const std::size_t count = body_.read(*connection_, out, deadline_);
    if (body_.done()) finish();
    return count;
  } catch (const Failure&) {
    connection_.reset();
    throw;
  }
}

}  // namespace heygen::net
