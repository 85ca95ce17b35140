// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>

#include <boost/test/unit_test.hpp>

#include "client.hpp"
#include "peer.hpp"

using namespace peer;

namespace {

/// Cancellation promises about 100 ms; a loaded machine may add as much again.
constexpr auto kPrompt = 500ms;

/// Reads the request, says so, and never answers.
Server::Script silent(std::promise<void>& arrived) {
  return [&arrived](Peer& peer) {
    peer.request();
    arrived.set_value();
    peer.wait_for_close();
  };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(waiting)

BOOST_AUTO_TEST_CASE(silent_server_meets_the_idle_limit) {
  Server server([](Peer& peer) { peer.wait_for_close(); });
  const Client client;
  Request request = client.request(server.url());
  request.timeouts.idle = 100ms;
  const Failure failure = client.failure(request);
  BOOST_TEST((failure.kind == Kind::timeout));
  BOOST_TEST(mentions(failure.what(), "for 100ms"), failure.what());
  BOOST_TEST(failure.sent);
}

BOOST_AUTO_TEST_CASE(server_that_takes_no_bytes_meets_the_idle_limit) {
  std::promise<void> over;
  auto waiting = over.get_future();
  Server server([&](Peer&) { waiting.wait(); });
  const Client client;
  Request request = client.request(server.url(), "POST");
  PatternBody body(64U << 20U);
  request.body = &body;
  request.timeouts.idle = 100ms;
  const Failure failure = client.failure(request);
  over.set_value();
  BOOST_TEST((failure.kind == Kind::timeout), failure.what());
  BOOST_TEST(failure.sent);
}

BOOST_AUTO_TEST_CASE(slow_drip_meets_the_total_limit_not_the_idle_limit) {
  Server server([](Peer& peer) {
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    do peer.send("x");
    while (!peer.wait_for_close(5));
  });
  const Client client;
  Request request = client.request(server.url());
  request.timeouts.total = 250ms;
  const auto response = client.send(request);
  BOOST_CHECK_EXCEPTION(read_all(*response, 1 << 20), Failure,
                        [](const Failure& failure) { return failure.kind == Kind::timeout && failure.sent; });
}

BOOST_AUTO_TEST_CASE(drip_of_headers_meets_the_total_limit) {
  Server server([](Peer& peer) {
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\nX: ");
    do peer.send("x");
    while (!peer.wait_for_close(5));
  });
  const Client client;
  Request request = client.request(server.url());
  request.timeouts.total = 150ms;
  const Failure failure = client.failure(request);
  BOOST_TEST((failure.kind == Kind::timeout), failure.what());
}

BOOST_AUTO_TEST_CASE(slow_reader_is_not_blamed_on_the_server) {
  Server server([](Peer& peer) {
    peer.request();
    peer.respond("0123456789");
    peer.wait_for_close();
  });
  const Client client;
  Request request = client.request(server.url());
  request.timeouts = {.connect = 20s, .idle = 30ms, .total = 0ms};
  const auto response = client.send(request);
  std::array<char, 5> half{};
  BOOST_TEST(response->read(half) == 5U);
  std::promise<void> never;
  never.get_future().wait_for(60ms);  // the reader's own pause, longer than the idle limit
  BOOST_TEST(response->read(half) == 5U);
}

BOOST_AUTO_TEST_CASE(handshake_without_an_answer_meets_the_connect_limit) {
  Server server([](Peer& peer) { peer.wait_for_close(); });
  const Client client;
  Request request = client.request(Url::parse("https://" + server.authority()));
  request.timeouts.connect = 100ms;
  const Failure failure = client.failure(request);
  BOOST_TEST((failure.kind == Kind::timeout));
  BOOST_TEST(mentions(failure.what(), "Timed out after 100ms connecting to " + server.authority()), failure.what());
  BOOST_TEST(!failure.sent);
}

BOOST_AUTO_TEST_CASE(nothing_is_sent_once_canceled) {
  Server server([](Peer& peer) { peer.wait_for_close(); });
  Client client;
  client.cancel.request();
  const Failure failure = client.failure(client.request(server.url()));
  BOOST_TEST((failure.kind == Kind::canceled));
  BOOST_TEST(!failure.sent);
  BOOST_TEST(server.accepted() == 0);
}

BOOST_AUTO_TEST_CASE(waiting_for_a_response_can_be_canceled) {
  std::promise<void> arrived;
  Server server(silent(arrived));
  Client client;
  Canceler canceler(client.cancel, arrived.get_future());
  const Failure failure = client.failure(client.request(server.url()));
  BOOST_TEST((canceler.delay() < kPrompt));
  BOOST_TEST((failure.kind == Kind::canceled));
  BOOST_TEST(failure.sent);
}

BOOST_AUTO_TEST_CASE(waiting_for_the_rest_of_a_body_can_be_canceled) {
  std::promise<void> arrived;
  Server server([&](Peer& peer) {
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01");
    arrived.set_value();
    peer.wait_for_close();
  });
  Client client;
  Canceler canceler(client.cancel, arrived.get_future());
  const Failure failure = client.failure(client.request(server.url()));
  BOOST_TEST((canceler.delay() < kPrompt));
  BOOST_TEST((failure.kind == Kind::canceled));
}

BOOST_AUTO_TEST_CASE(stuck_upload_can_be_canceled_and_gets_no_grace) {
  std::promise<void> arrived;
  std::promise<void> over;
  auto waiting = over.get_future();
  Server server([&](Peer& peer) {
    peer.head();
    arrived.set_value();
    waiting.wait();
  });
  Client client;
  Request request = client.request(server.url(), "POST");
  PatternBody body(64U << 20U);
  request.body = &body;
  request.grace = 20s;
  Canceler canceler(client.cancel, arrived.get_future());
  const Failure failure = client.failure(request);
  BOOST_TEST((canceler.delay() < kPrompt));
  over.set_value();
  BOOST_TEST((failure.kind == Kind::canceled));
  BOOST_TEST(failure.sent);
}

BOOST_AUTO_TEST_CASE(a_tls_handshake_can_be_canceled) {
  std::promise<void> arrived;
  Server server([&](Peer& peer) {
    peer.skip(1);
    arrived.set_value();
    peer.wait_for_close();
  });
  Client client;
  Canceler canceler(client.cancel, arrived.get_future());
  const Failure failure = client.failure(client.request(Url::parse("https://" + server.authority())));
  BOOST_TEST((canceler.delay() < kPrompt));
  BOOST_TEST((failure.kind == Kind::canceled));
  BOOST_TEST(!failure.sent);
}

BOOST_AUTO_TEST_CASE(request_that_was_sent_keeps_its_grace) {
  std::promise<void> arrived;
  Client client;
  Server server([&](Peer& peer) {
    peer.request();
    client.cancel.request();
    peer.respond("saved");
    peer.wait_for_close();
  });
  Request request = client.request(server.url(), "POST");
  TextBody body("refresh");
  request.body = &body;
  request.grace = 20s;
  BOOST_TEST(client.fetch(request) == "saved");
}

BOOST_AUTO_TEST_CASE(the_grace_ends) {
  std::promise<void> arrived;
  Server server(silent(arrived));
  Client client;
  Request request = client.request(server.url());
  request.grace = 150ms;
  Canceler canceler(client.cancel, arrived.get_future());
  const Failure failure = client.failure(request);
  const auto delay = canceler.delay();
  BOOST_TEST((delay >= 140ms));
  BOOST_TEST((delay < 150ms + kPrompt));
  BOOST_TEST((failure.kind == Kind::canceled));
}

BOOST_AUTO_TEST_SUITE_END()
