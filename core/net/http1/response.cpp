#include "core/net/http1/response.hpp"

#include <algorithm>
#include <charconv>

#include "core/base/text.hpp"

namespace heygen::net {
namespace {

constexpr std::size_t kMaxLine = std::size_t{8} * 1024;
constexpr int kMaxTrailers = 100;

Failure bad_chunk(const Watch& watch, const std::string& why) {
  return watch.failure(Failure::Kind::protocol, "The chunked reply of " + watch.peer() + " is broken: " + why + ".");
}

}  // namespace

Failure BodyReader::cut_short(const Connection& connection, const Watch& watch) const {
  std::string what = "The reply of " + watch.peer() + " was cut short after " + std::to_string(got_);
  if (framing_.kind == Framing::Kind::length) what += " of " + std::to_string(framing_.length);
  what += " bytes";
  if (connection.ending() == Stream::State::lost) what += ": " + connection.trouble();
  return watch.failure(Failure::Kind::truncated, what + ".", "Try again.");
}

std::size_t BodyReader::read_sized(Connection& connection, std::span<char> out, Watch& watch) {
  const std::size_t count =
      connection.read(out.first(static_cast<std::size_t>(std::min<std::uint64_t>(left_, out.size()))), watch);
  if (count == 0) throw cut_short(connection, watch);
  left_ -= count;
  return count;
}

std::string BodyReader::read_line(Connection& connection, Watch& watch) const {
  for (;;) {
    const std::string_view input = connection.input();
    const std::size_t end = input.find('\n');
    if (end > kMaxLine && input.size() > kMaxLine) throw bad_chunk(watch, "a line is too long");
    if (end != std::string_view::npos) {
      std::string line(input.substr(0, end));
      if (line.ends_with('\r')) line.pop_back();
      connection.consume(end + 1);
      return line;
    }
    if (!connection.fill(watch)) throw cut_short(connection, watch);
  }
}

/// RFC 9112 §7.1.
void BodyReader::next_chunk(Connection& connection, Watch& watch) {
  if (in_chunks_ && !read_line(connection, watch).empty()) throw bad_chunk(watch, "a chunk is longer than announced");
  in_chunks_ = true;
  const std::string line = read_line(connection, watch);
  const std::string_view digits = trim(std::string_view(line).substr(0, line.find(';')));
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), left_, 16);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) {
    throw bad_chunk(watch, "a chunk size is not a number");
  }
  if (left_ == 0) skip_trailers(connection, watch);
}

void BodyReader::skip_trailers(Connection& connection, Watch& watch) {
  for (int i = 0; i <= kMaxTrailers; ++i) {
    if (read_line(connection, watch).empty()) {
      done_ = true;
      return;
    }
  }
  throw bad_chunk(watch, "it has too many trailers");
}

std::size_t BodyReader::read_chunked(Connection& connection, std::span<char> out, Watch& watch) {
  if (left_ == 0) next_chunk(connection, watch);
  return done_ ? 0 : read_sized(connection, out, watch);
}

std::size_t BodyReader::read_until_close(Connection& connection, std::span<char> out, Watch& watch) {
  const std::size_t count = connection.read(out, watch);
  if (count == 0 && connection.ending() == Stream::State::lost) throw cut_short(connection, watch);
  return count;
}

std::size_t BodyReader::read(Connection& connection, std::span<char> out, Watch& watch) {
  using enum Framing::Kind;
  if (done() || out.empty()) return 0;
  const std::size_t count = framing_.kind == length    ? read_sized(connection, out, watch)
                            : framing_.kind == chunked ? read_chunked(connection, out, watch)
                                                       : read_until_close(connection, out, watch);
  got_ += count;
  done_ = done_ || count == 0 || (framing_.kind == length && left_ == 0);
  return count;
}

Reply::Reply(Head head, Framing framing, std::unique_ptr<Connection> connection, Watch watch, Pool& pool,
             std::string key, bool reusable)
    : length_(content_length(head)),
      body_(framing),
      connection_(std::move(connection)),
      watch_(std::move(watch)),
      pool_(pool),
      key_(std::move(key)) {
  status = head.status;
  headers = std::move(head.headers);
  if (reusable && framing.kind != Framing::Kind::until_close) keep_for_ = Pool::keep_time(headers);
  if (body_.done()) finish();
}

void Reply::finish() {
  if (keep_for_ && connection_ != nullptr) pool_.put(key_, std::move(connection_), *keep_for_);
  connection_.reset();
}

std::size_t Reply::read(std::span<char> out) {
  if (body_.done()) return 0;
  if (connection_ == nullptr) throw watch_.failure(Failure::Kind::reset, "The reply failed before.");
  try {
    const std::size_t count = body_.read(*connection_, out, watch_);
    if (body_.done()) finish();
    return count;
  } catch (const Failure&) {
    connection_.reset();
    throw;
  }
}

}  // namespace heygen::net
