// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>

#include <boost/test/unit_test.hpp>

#include "client.hpp"
#include "peer.hpp"

using namespace peer;

BOOST_AUTO_TEST_SUITE(faults)

namespace {

Failure failure_of_response(const std::string& response, bool with_reset = false) {
  Server server([&](Peer& peer) {
    peer.request();
    peer.send(response);
    if (with_reset) peer.reset();
  });
  const Client client;
  const Failure failure = client.failure(client.request(server.url()));
  BOOST_TEST(mentions(failure.what(), server.authority()), failure.what());
  BOOST_TEST(std::string_view(failure.what()).ends_with('.'), failure.what());
  return failure;
}

}  // namespace

BOOST_AUTO_TEST_CASE(invalid_responses_are_told_apart) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  struct Row {
    std::string response;
    Kind kind;
    std::string part;
  };
  const std::vector<Row> table{
      {"", Kind::reset, "without a response"},
      {"HTTP/1.1 200 O", Kind::truncated, "within the response headers"},
      {ok + "Content-Length: 10\r\n\r\n0123", Kind::truncated, "after 4 of 10 bytes"},
      {ok + "Content-Length: 10\r\n\r\n", Kind::truncated, "after 0 of 10 bytes"},
      {ok + "Transfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n", Kind::truncated, "after 4 bytes"},
      {ok + "Transfer-Encoding: chunked\r\n\r\n4\r\n01", Kind::truncated, "after 2 bytes"},
      {ok + "Transfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n0\r\n", Kind::truncated, "cut short"},
      {ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\n0123\r\n0\r\n\r\n", Kind::protocol, "chunk size"},
      {ok + "Transfer-Encoding: chunked\r\n\r\n-1\r\n0123\r\n0\r\n\r\n", Kind::protocol, "chunk size"},
      {ok + "Transfer-Encoding: chunked\r\n\r\n11111111111111111\r\n01", Kind::protocol, "chunk size"},
      {ok + "Transfer-Encoding: chunked\r\n\r\n2\r\n0123\r\n0\r\n\r\n", Kind::protocol, "longer than announced"},
      {ok + "Transfer-Encoding: gzip, chunked\r\n\r\n", Kind::protocol, "transfer coding"},
      {ok + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx", Kind::protocol, "two different"},
      {ok + "Content-Length: -1\r\n\r\nxx", Kind::protocol, "not a number"},
      {ok + "Content-Length: 99999999999999999999\r\n\r\nxx", Kind::protocol, "not a number"},
      {ok + "no colon here\r\n\r\n", Kind::protocol, "no valid name"},
      {ok + "Name : x\r\n\r\n", Kind::protocol, "no valid name"},
      {ok + "A: b\rc\r\n\r\n", Kind::protocol, "forbidden"},
      {"SSH-2.0-OpenSSH_9.2\r\n", Kind::protocol, "not valid HTTP"},
      {"HTTP/2 200\r\n\r\n", Kind::protocol, "not valid HTTP"},
      {"HTTP/1.1 OK\r\n\r\n", Kind::protocol, "not valid HTTP"},
      {std::string("\0\1\2\3", 4), Kind::protocol, "not valid HTTP"},
  };
  for (const Row& row : table) {
    const Failure failure = failure_of_response(row.response);
    BOOST_TEST((failure.kind == row.kind), row.response << " -> " << failure.what());
    BOOST_TEST(mentions(failure.what(), row.part), row.response << " -> " << failure.what());
    BOOST_TEST(failure.sent);
  }
}

BOOST_AUTO_TEST_CASE(harmless_oddities_of_a_response_are_accepted) {
  for (const char* response :
       {"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", "HTTP/1.1 200\r\nContent-Length: 2, 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nA: b\r\n  folded\r\nContent-Length:2\r\n\r\nok"}) {
    Server server([&](Peer& peer) {
      peer.request();
      peer.send(response);
    });
    BOOST_TEST(Client().get(server.url()) == "ok", response);
  }
}

BOOST_AUTO_TEST_CASE(a_reset_is_not_a_response) {
  const Failure failure = failure_of_response("", true);
  BOOST_TEST((failure.kind == Kind::reset), failure.what());
  BOOST_TEST(failure.sent);
}

BOOST_AUTO_TEST_CASE(too_many_or_too_large_headers_are_a_failure_and_no_crash) {
  std::string many = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";
  for (int i = 0; i < 99; ++i) many += "X-" + std::to_string(i) + ": v\r\n";
  Server server([&](Peer& peer) {
    peer.request();
    peer.send(many + "\r\n");
  });
  BOOST_TEST(Client().get(server.url()) == "");
  const Failure fields = failure_of_response(many + "X-Last: v\r\n\r\n");
  BOOST_TEST((fields.kind == Kind::protocol));
  BOOST_TEST(mentions(fields.what(), "more than 100 headers"));
  const Failure size = failure_of_response("HTTP/1.1 200 OK\r\nX-Big: " + std::string(80'000, 'x') + "\r\n\r\n");
  BOOST_TEST((size.kind == Kind::protocol));
  BOOST_TEST(mentions(size.what(), "larger than 64 KiB"));
}

BOOST_AUTO_TEST_CASE(header_value_of_many_kilobytes_is_read) {
  Server server([](Peer& peer) {
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\nX-Big: " + std::string(30'000, 'x') + "\r\nContent-Length: 0\r\n\r\n");
  });
  const Client client;
  BOOST_TEST(find_header(client.send(client.request(server.url()))->headers, "x-big")->size() == 30'000U);
}

BOOST_AUTO_TEST_CASE(a_failed_response_stays_failed) {
  Server server([](Peer& peer) {
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
  });
  const Client client;
  const auto response = client.send(client.request(server.url()));
  std::array<char, 16> out{};
  BOOST_CHECK_THROW(response->read(out), Failure);
  BOOST_CHECK_THROW(response->read(out), Failure);
}

BOOST_AUTO_TEST_CASE(closed_port_and_an_unknown_name_are_told_apart) {
  std::uint16_t port = 0;
  {
    const Server gone([](Peer&) {});
    port = gone.port();
  }
  const Client client;
  const std::string place = "127.0.0.1:" + std::to_string(port);
  const Failure refused = client.failure(client.request(Url::parse("http://" + place)));
  BOOST_TEST((refused.kind == Kind::connect));
  BOOST_TEST(mentions(refused.what(), place + ": connection refused."), refused.what());
  BOOST_TEST(!refused.sent);
  // A label of more than 63 letters: no name server needs to be asked.
  const Failure unknown = client.failure(client.request(Url::parse("http://" + std::string(70, 'a') + ".test/")));
  BOOST_TEST((unknown.kind == Kind::resolve), unknown.what());
  BOOST_TEST(!unknown.sent);
}

BOOST_AUTO_TEST_SUITE_END()
