#include "core/net/stream/stream.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <system_error>

#include "core/base/text.hpp"

namespace heygen::net {

ssize_t receive_some(int descriptor, std::span<char> out) {
  ssize_t count = 0;
  do {
    count = ::recv(descriptor, out.data(), out.size(), 0);
  } while (count < 0 && errno == EINTR);
  return count;
}

ssize_t send_some(int descriptor, std::string_view data) {
  ssize_t count = 0;
  do {
    count = ::send(descriptor, data.data(), data.size(), MSG_NOSIGNAL);
  } while (count < 0 && errno == EINTR);
  return count;
}

bool would_block(int error) noexcept {
  return error == EAGAIN || error == EWOULDBLOCK;
}

Stream::Step PlainStream::read(std::span<char> out) {
  const ssize_t count = receive_some(descriptor(), out);
  if (count > 0) return {State::done, static_cast<std::size_t>(count)};
  if (count == 0) return {State::end};
  if (would_block(errno)) return {State::want_read};
  set_trouble(describe_errno(errno));
  return {State::lost};
}

Stream::Step PlainStream::write(std::string_view data) {
  const ssize_t count = send_some(descriptor(), data);
  if (count >= 0) return {State::done, static_cast<std::size_t>(count)};
  if (would_block(errno)) return {State::want_write};
  set_trouble(describe_errno(errno));
  return {State::lost};
}

}  // namespace heygen::net
