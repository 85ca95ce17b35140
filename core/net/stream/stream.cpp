// SPDX-License-Identifier: Apache-2.0
#include "core/net/stream/stream.hpp"

#include <sys/socket.h>

#include <cerrno>

#include "core/base/file.hpp"

namespace heygen::net {

ssize_t receive_some(int descriptor, std::span<char> out) {
  return retry_interrupted([&] { return ::recv(descriptor, out.data(), out.size(), 0); });
}

ssize_t send_some(int descriptor, std::string_view data) {
  return retry_interrupted([&] { return ::send(descriptor, data.data(), data.size(), MSG_NOSIGNAL); });
}

bool would_block(int error) noexcept {
  return error == EAGAIN || error == EWOULDBLOCK;
}

Stream::Step PlainStream::read(std::span<char> out) {
  const ssize_t count = receive_some(descriptor(), out);
  if (count > 0) return {State::done, static_cast<std::size_t>(count)};
  if (count == 0) return {State::end};
  if (would_block(errno)) return {State::want_read};
  set_error_text(describe_errno(errno));
  return {State::lost};
}

Stream::Step PlainStream::write(std::string_view data) {
  const ssize_t count = send_some(descriptor(), data);
  if (count >= 0) return {State::done, static_cast<std::size_t>(count)};
  if (would_block(errno)) return {State::want_write};
  set_error_text(describe_errno(errno));
  return {State::lost};
}

}  // namespace heygen::net
