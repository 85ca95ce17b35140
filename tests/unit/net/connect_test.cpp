// SPDX-License-Identifier: Apache-2.0
#include "core/net/connect/connect.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <boost/test/unit_test.hpp>

#include "client.hpp"
#include "peer.hpp"

using namespace peer;
using Poco::Net::SocketAddress;

namespace {

/// An address whose connections are neither accepted nor refused: its queue is full.
class BlackHole {
 public:
  BlackHole() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof place;
    auto* generic = reinterpret_cast<sockaddr*>(&place);
    ::bind(listener_.get(), generic, size);
    ::listen(listener_.get(), 0);
    ::getsockname(listener_.get(), generic, &size);
    address_ = SocketAddress(generic, size);
    bool swallowed = false;
    while (!swallowed && fillers_.size() < 64) {
      UniqueFd filler(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      ::connect(filler.get(), generic, size);
      pollfd entry{filler.get(), POLLOUT, 0};
      swallowed = ::poll(&entry, 1, 100) == 0;
      fillers_.push_back(std::move(filler));
    }
    BOOST_REQUIRE(swallowed);
  }
  const SocketAddress& address() const { return address_; }

 private:
  UniqueFd listener_;
  SocketAddress address_;
  std::vector<UniqueFd> fillers_;
};

SocketAddress closed_port() {
  const Server gone([](Peer&) {});
  return {"127.0.0.1", gone.port()};
}

struct Attempt {
  Request request;
  Cancel cancel;
  ExchangeDeadline deadline{request, "origin.test:443", cancel, system_clock()};

  explicit Attempt(Timeouts limits = kAmple) : request{}, deadline(make(limits)) {}
  ExchangeDeadline make(Timeouts limits) {
    request.timeouts = limits;
    ExchangeDeadline made(request, "origin.test:443", cancel, system_clock());
    made.connecting();
    return made;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(connecting)

BOOST_AUTO_TEST_CASE(refused_address_gives_way_to_the_next) {
  Server server([](Peer& peer) { peer.wait_for_close(); });
  Attempt attempt;
  BOOST_TEST(static_cast<bool>(
      connect_any({closed_port(), SocketAddress("127.0.0.1", server.port())}, "origin.test:443", attempt.deadline)));
}

BOOST_AUTO_TEST_CASE(silent_address_does_not_hold_up_the_next) {
  const BlackHole hole;
  Server server([](Peer& peer) { peer.wait_for_close(); });
  Attempt attempt;
  const auto start = std::chrono::steady_clock::now();
  BOOST_TEST(static_cast<bool>(
      connect_any({hole.address(), SocketAddress("127.0.0.1", server.port())}, "origin.test:443", attempt.deadline)));
  BOOST_TEST((std::chrono::steady_clock::now() - start < 5s));
}

BOOST_AUTO_TEST_CASE(silent_addresses_meet_the_connect_limit) {
  const BlackHole hole;
  Attempt attempt({.connect = 100ms, .idle = 20s, .total = 20s});
  BOOST_CHECK_EXCEPTION(connect_any({hole.address()}, "origin.test:443", attempt.deadline), Failure,
                        [](const Failure& failure) { return failure.kind == Kind::timeout && !failure.sent; });
}

BOOST_AUTO_TEST_CASE(connecting_can_be_canceled) {
  const BlackHole hole;
  Attempt attempt;
  std::promise<void> now;
  now.set_value();
  Canceler canceler(attempt.cancel, now.get_future());
  BOOST_CHECK_EXCEPTION(connect_any({hole.address()}, "origin.test:443", attempt.deadline), Failure,
                        [](const Failure& failure) { return failure.kind == Kind::canceled; });
  BOOST_TEST((canceler.delay() < 500ms));
}

BOOST_AUTO_TEST_CASE(sockets_do_not_reach_child_processes) {
  Server server([](Peer& peer) { peer.wait_for_close(); });
  Attempt attempt;
  const UniqueFd socket = connect_any({SocketAddress("127.0.0.1", server.port())}, "origin.test:443", attempt.deadline);
  BOOST_TEST((::fcntl(socket.get(), F_GETFD) & FD_CLOEXEC) != 0);
}

BOOST_AUTO_TEST_CASE(address_families_take_turns) {
  const SocketAddress six("[::1]:1");
  const SocketAddress also_six("[::2]:1");
  const SocketAddress four("127.0.0.1:1");
  const Addresses mixed = interleave({six, also_six, four});
  BOOST_TEST(mixed.at(0).toString() == six.toString());
  BOOST_TEST(mixed.at(1).toString() == four.toString());
  BOOST_TEST(mixed.at(2).toString() == also_six.toString());
}

BOOST_AUTO_TEST_CASE(an_address_needs_no_name_server) {
  Attempt attempt;
  BOOST_TEST(resolve("::1", 443, attempt.deadline).at(0).toString() == "[::1]:443");
  BOOST_TEST(resolve("127.0.0.1", 80, attempt.deadline).at(0).toString() == "127.0.0.1:80");
}

BOOST_AUTO_TEST_SUITE_END()
