/* SPDX-License-Identifier: Apache-2.0
 * Networks, and other programs behind sockets. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "hostile.h"

typedef const struct hostile_target* Target;

static struct sockaddr_in local(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static socklen_t unix_address(struct sockaddr_un* address, const char* name, int abstract) {
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  strncpy(address->sun_path + abstract, name, sizeof address->sun_path - 2);
  return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name) + 1);
}

static int reach(int family, int type, const void* address, socklen_t size) {
  const int fd = socket(family, type | SOCK_CLOEXEC, 0);
  if (fd < 0) return hostile_failed();
  const int result = connect(fd, address, size) == 0 ? 0 : hostile_failed();
  close(fd);
  return result;
}

static int connect_internet(Target target) {
  const struct sockaddr_in address = local(target->tcp);
  return reach(AF_INET, SOCK_STREAM, &address, sizeof address);
}

static int listen_internet(Target target) {
  (void)target;
  const struct sockaddr_in address = local(0);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return hostile_failed();
  const int result = bind(fd, (const void*)&address, sizeof address) == 0 && listen(fd, 1) == 0 ? 0 : hostile_failed();
  close(fd);
  return result;
}

/* A question to a name server, which answers. */
static int ask_name_server(Target target) {
  static const char kQuestion[] =
      "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x06stolen\x07invalid\x00\x00\x01\x00\x01";
  const struct sockaddr_in address = local(target->udp);
  char answer[64];
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return hostile_failed();
  int result = 0;
  if (sendto(fd, kQuestion, sizeof kQuestion - 1, 0, (const void*)&address, sizeof address) < 0 ||
      recv(fd, answer, sizeof answer, 0) < 2 || memcmp(answer, kQuestion, 2) != 0) {
    result = hostile_failed();
  }
  close(fd);
  return result;
}

static int connect_unix(Target target) {
  struct sockaddr_un address;
  const socklen_t size = unix_address(&address, target->socket, 0);
  return reach(AF_UNIX, SOCK_STREAM, &address, size);
}

static int connect_abstract(Target target) {
  struct sockaddr_un address;
  const socklen_t size = unix_address(&address, target->abstract, 1) - 0;
  return reach(AF_UNIX, SOCK_STREAM, &address, size);
}

static int send_datagram(Target target) {
  struct sockaddr_un address;
  const socklen_t size = unix_address(&address, target->datagrams, 0);
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return hostile_failed();
  const int result = sendto(fd, "x", 1, 0, (const void*)&address, size) == 1 ? 0 : hostile_failed();
  close(fd);
  return result;
}

/* A pair is connected; one end of it can send elsewhere all the same. */
static int send_from_pair(Target target) {
  struct sockaddr_un address;
  const socklen_t size = unix_address(&address, target->datagrams, 0);
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) != 0) return hostile_failed();
  return sendto(ends[0], "x", 1, 0, (const void*)&address, size) == 1 ? 0 : hostile_failed();
}

static int open_netlink(Target target) {
  (void)target;
  struct sockaddr_nl address = {.nl_family = AF_NETLINK};
  const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (fd < 0) return hostile_failed();
  return bind(fd, (const void*)&address, sizeof address) == 0 ? 0 : hostile_failed();
}

const struct hostile_attack hostile_sockets[] = {
    {"connect_internet", connect_internet},
    {"listen_internet", listen_internet},
    {"ask_name_server", ask_name_server},
    {"connect_unix", connect_unix},
    {"connect_abstract", connect_abstract},
    {"send_datagram", send_datagram},
    {"send_from_pair", send_from_pair},
    {"open_netlink", open_netlink},
    {NULL, NULL},
};
