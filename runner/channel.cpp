// SPDX-License-Identifier: Apache-2.0
#include "runner/channel.hpp"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace heygen::runner {
namespace {

using provider::wire::ChildFault;
using provider::wire::Inbox;
using provider::wire::kMostDescriptors;
using provider::wire::kSocket;

pthread_mutex_t writing = PTHREAD_MUTEX_INITIALIZER;
Inbox inbox;
Frame current;
bool has_current = false;
int descriptors[kMostDescriptors] = {-1, -1};

/// The host sees that the connection ends; there is no reader left.
[[noreturn]] void leave() {
  _exit(EXIT_FAILURE);
}

void write_whole(const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t wrote = write(kSocket, data, size);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) leave();
    data += wrote;
    size -= static_cast<std::size_t>(wrote);
  }
}

/// The frame after the current one, if it is here.
bool advance() {
  if (has_current) inbox.drop(current);
  has_current = false;
  switch (inbox.next(current)) {
    case Inbox::State::complete:
      has_current = true;
      return true;
    case Inbox::State::malformed:
      end(ChildFault::host);
    case Inbox::State::more:
      break;
  }
  return false;
}

char* space(std::size_t& size) {
  char* room = inbox.space(size);
  if (room == nullptr) end(ChildFault::memory);
  return room;
}

/// With the descriptors that come along.
std::size_t read_some(char* room, std::size_t size) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMostDescriptors)] = {};
  iovec piece{room, size};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  ssize_t got = -1;
  do {
    got = recvmsg(kSocket, &message, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got <= 0 || (message.msg_flags & MSG_CTRUNC) != 0) leave();
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    memcpy(descriptors, CMSG_DATA(part), part->cmsg_len - CMSG_LEN(0));
  }
  return static_cast<std::size_t>(got);
}

}  // namespace

void send(Writer& frame) {
  if (!frame.finish()) end(ChildFault::long_message);
  pthread_mutex_lock(&writing);
  write_whole(frame.data(), frame.size());
  pthread_mutex_unlock(&writing);
  frame.wipe();
}

void send_with(Writer& frame, const int* given, int count) {
  if (count == 0) return send(frame);
  if (!frame.finish()) end(ChildFault::long_message);
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMostDescriptors)] = {};
  iovec piece{const_cast<char*>(frame.data()), frame.size()};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = CMSG_SPACE(sizeof(int) * static_cast<std::size_t>(count));
  cmsghdr* part = CMSG_FIRSTHDR(&message);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = SCM_RIGHTS;
  part->cmsg_len = CMSG_LEN(sizeof(int) * static_cast<std::size_t>(count));
  memcpy(CMSG_DATA(part), given, sizeof(int) * static_cast<std::size_t>(count));
  ssize_t sent = -1;
  do {
    sent = sendmsg(kSocket, &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0) leave();
  write_whole(frame.data() + sent, frame.size() - static_cast<std::size_t>(sent));
}

Frame receive() {
  while (!advance()) {
    std::size_t size = 0;
    char* room = space(size);
    inbox.arrived(read_some(room, size));
  }
  return current;
}

int take_descriptor() {
  const int one = descriptors[0];
  for (int i = 1; i < kMostDescriptors; ++i) descriptors[i - 1] = descriptors[i];
  descriptors[kMostDescriptors - 1] = -1;
  return one;
}

void end(ChildFault fault, const char* why) {
  static bool ending = false;
  if (ending) leave();  // there is no memory to say so either
  ending = true;
  Writer frame;
  frame.begin(Kind::fault);
  frame.put_count(static_cast<std::size_t>(fault));
  frame.put_text({why, strlen(why)});
  send(frame);
  leave();
}

}  // namespace heygen::runner
