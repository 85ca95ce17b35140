// SPDX-License-Identifier: Apache-2.0
#include "core/net/stream/stream.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <boost/test/unit_test.hpp>

#include "client.hpp"
#include "core/net/tls/tls.hpp"
#include "peer.hpp"

using namespace peer;
using State = Stream::State;

namespace {

struct Pair {
  Pair() {
    int ends[2];
    BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    near = UniqueFd(ends[0]);
    far = UniqueFd(ends[1]);
  }
  UniqueFd near;
  UniqueFd far;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(stream)

BOOST_AUTO_TEST_CASE(writing_to_a_closed_peer_is_a_loss_and_no_signal) {
  Pair pair;
  { const UniqueFd closed = std::move(pair.far); }
  PlainStream stream(std::move(pair.near));
  const SigpipeAllowed allowed;
  BOOST_TEST((stream.write("x").state == State::lost));
  BOOST_TEST(stream.error_text() == "broken pipe");
}

BOOST_AUTO_TEST_CASE(tls_response_can_be_read_after_writing_has_failed) {
  const Identity ca = make_identity({.name = "CA", .alternatives = {}});
  const Identity identity = make_identity({.name = "s", .alternatives = "DNS:origin.test"}, &ca);
  const Directory directory;
  Tls tls{MapEnvironment({{"SSL_CERT_FILE", directory.write("ca.pem", to_pem(ca))}})};
  Pair pair;
  std::thread server([far = std::move(pair.far), context = server_context(identity)] {
    Peer peer(far.get(), 0, context.get());
    peer.send("refused");
  });
  // The socket waits in this test, so a step never wants anything.
  const auto stream = tls.wrap(std::move(pair.near), "origin.test");
  BOOST_TEST((stream->handshake().state == State::done));
  server.join();
  const SigpipeAllowed allowed;
  BOOST_TEST((stream->write("more of the body").state == State::lost));
  std::array<char, 16> out{};
  const Stream::Step step = stream->read(out);
  BOOST_TEST((step.state == State::done));
  BOOST_TEST(std::string_view(out.data(), step.bytes) == "refused");
}

BOOST_AUTO_TEST_SUITE_END()
