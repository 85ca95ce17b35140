// SPDX-License-Identifier: Apache-2.0
#include "core/net/connect/socks.hpp"

#include <boost/test/unit_test.hpp>

#include "client.hpp"
#include "peer.hpp"

using namespace peer;
using namespace std::string_literals;

namespace {

const std::string kBound = "\x05\x00\x00\x01\x7f\x00\x00\x01\x12\x34"s;

/// What a SOCKS proxy saw.
struct Seen {
  std::string greeting, login, request;
};

/// Lets in who has no login, or "user" and "pass" when asked, and is then a server of plain HTTP.
void serve_socks(Peer& peer, Seen& seen, bool asks, const std::string& response = kBound) {
  seen.greeting = peer.bytes(2);
  if (seen.greeting.size() < 2) return;
  seen.greeting += peer.bytes(static_cast<std::size_t>(seen.greeting[1]));
  peer.send(asks ? "\x05\x02" : "\x05\x00"s);
  if (asks) {
    seen.login = peer.bytes(11);  // 1, 4, user, 4, pass
    peer.send(seen.login == "\x01\x04user\x04pass" ? "\x01\x00"s : "\x01\x01");
  }
  seen.request = peer.bytes(5);
  if (seen.request.size() < 5) return;
  const char type = seen.request[3];
  seen.request += peer.bytes(type == 3 ? static_cast<std::size_t>(seen.request[4]) + 2 : type == 1 ? 5 : 17);
  peer.send(response);
  if (response != kBound) return;
  while (!peer.request().head.empty()) peer.respond("through socks");
}

Failure socks_failure(const std::function<void(Peer&)>& script, const std::string& user = {}) {
  Server server(script);
  const Client client({{"all_proxy", "socks5h://" + user + server.authority()}});
  const Failure failure = client.failure(client.request(Url::parse("http://origin.test/")));
  BOOST_TEST((failure.kind == Kind::proxy), failure.what());
  BOOST_TEST(!failure.sent);
  BOOST_TEST(mentions(failure.what(), server.authority()), failure.what());
  BOOST_TEST(!mentions(failure.what() + failure.hint, "hunter2"));
  return failure;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(socks)

BOOST_AUTO_TEST_CASE(request_names_the_target_as_the_rfc_writes_it) {
  BOOST_TEST(format_socks_connect({"a.test"s, 443}) == "\x05\x01\x00\x03\x06"s + "a.test\x01\xbb");
  BOOST_TEST(format_socks_connect({Poco::Net::SocketAddress("10.1.2.3", 80), 80}) ==
             "\x05\x01\x00\x01\x0a\x01\x02\x03\x00\x50"s);
  const std::string six = format_socks_connect({Poco::Net::SocketAddress("2001:db8::1", 80), 80});
  BOOST_TEST(six == "\x05\x01\x00\x04\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x50"s);
  BOOST_CHECK_THROW(format_socks_connect({std::string(256, 'x'), 80}), std::length_error);
}

BOOST_AUTO_TEST_CASE(response_has_the_size_that_its_address_has) {
  BOOST_TEST(socks_response_size(kBound) == 10U);
  BOOST_TEST(socks_response_size(kBound + "more") == 10U);
  BOOST_TEST(socks_response_size("\x05\x00\x00\x03\x02hi\x00\x50"s) == 9U);
  BOOST_TEST(socks_response_size("\x05\x00\x00\x04"s + std::string(18, '\0')) == 22U);
  for (std::size_t size = 0; size < kBound.size(); ++size)
    BOOST_TEST(socks_response_size(kBound.substr(0, size)) == 0U);
  BOOST_TEST(socks_response_size("\x05\x00\x00\x02"s + std::string(30, '\0')) == 0U);
}

BOOST_AUTO_TEST_CASE(socks5h_leaves_the_name_to_the_proxy) {
  Seen seen;
  Server server([&](Peer& peer) { serve_socks(peer, seen, false); });
  const Client client({{"all_proxy", "socks5h://" + server.authority()}});
  BOOST_TEST(client.get(Url::parse("http://origin.test/x")) == "through socks");
  BOOST_TEST(client.get(Url::parse("http://origin.test/x")) == "through socks");
  BOOST_TEST(server.accepted() == 1);
  BOOST_TEST(seen.greeting == "\x05\x01\x00"s);
  BOOST_TEST(seen.request == "\x05\x01\x00\x03\x0b"s + "origin.test\x00\x50"s);
}

BOOST_AUTO_TEST_CASE(socks5_sends_the_address) {
  Seen seen;
  Server server([&](Peer& peer) { serve_socks(peer, seen, false); });
  const Client client({{"all_proxy", "socks5://" + server.authority()}});
  BOOST_TEST(client.get(Url::parse("http://192.0.2.7:8080/x")) == "through socks");
  BOOST_TEST(seen.request == "\x05\x01\x00\x01\xc0\x00\x02\x07\x1f\x90"s);
  const Failure failure = client.failure(client.request(Url::parse("http://nowhere.invalid/")));
  BOOST_TEST((failure.kind == Kind::resolve), failure.what());
  BOOST_TEST(mentions(failure.hint, "socks5h://"), failure.hint);
}

BOOST_AUTO_TEST_CASE(user_and_password_are_sent_where_the_proxy_asks) {
  Seen seen;
  Server server([&](Peer& peer) { serve_socks(peer, seen, true); });
  const Client client({{"all_proxy", "socks5h://user:pass@" + server.authority()}});
  BOOST_TEST(client.get(Url::parse("http://origin.test/x")) == "through socks");
  BOOST_TEST(seen.greeting == "\x05\x02\x00\x02"s);
  BOOST_TEST(seen.login == "\x01\x04user\x04pass");
}

BOOST_AUTO_TEST_CASE(tls_goes_through_socks_end_to_end) {
  const Identity ca = make_identity({.name = "CA", .alternatives = {}});
  const Identity origin = make_identity({.name = "origin", .alternatives = "DNS:origin.test"}, &ca);
  const Directory directory;
  const auto context = server_context(origin);
  Server server([&](Peer& peer) {
    peer.bytes(3);
    peer.send("\x05\x00"s);
    peer.bytes(5 + 11 + 2);
    peer.send(kBound);
    if (!peer.start_tls(context.get())) return;
    peer.request();
    peer.respond("secret");
  });
  const Client client(
      {{"https_proxy", "socks5h://" + server.authority()}, {"SSL_CERT_FILE", directory.write("ca.pem", to_pem(ca))}});
  BOOST_TEST(client.get(Url::parse("https://origin.test/x")) == "secret");
}

BOOST_AUTO_TEST_CASE(refused_login_is_said_without_the_password) {
  Seen seen;
  const auto asks = [&](Peer& peer) { serve_socks(peer, seen, true); };
  const Failure wrong = socks_failure(asks, "user:hunter2@");
  BOOST_TEST(mentions(wrong.what(), "refused the user name or password"), wrong.what());
  BOOST_TEST(mentions(wrong.hint, "all_proxy to socks5h://user:password@host:port"), wrong.hint);
  const auto wants = [](Peer& peer) {
    peer.bytes(3);
    peer.send("\x05\xff");
  };
  const Failure none = socks_failure(wants);
  BOOST_TEST(mentions(none.what(), "requires a user name and password"), none.what());
  const auto kerberos = [](Peer& peer) {
    peer.bytes(4);
    peer.send("\x05\xff");
  };
  const Failure other = socks_failure(kerberos, "user:hunter2@");
  BOOST_TEST(mentions(other.what(), "another kind"), other.what());
}

BOOST_AUTO_TEST_CASE(refused_connection_says_why) {
  const std::vector<std::pair<char, std::string>> table{
      {1, "it failed"},           {2, "rules do not allow"}, {3, "network is unreachable"},
      {4, "host is unreachable"}, {5, "connection refused"}, {6, "time to live"},
      {7, "the command"},         {8, "type of address"},    {99, "unknown reason"},
  };
  for (const auto& [response, part] : table) {
    Seen seen;
    const std::string refusal = "\x05"s + response + kBound.substr(2);
    const Failure failure = socks_failure([&](Peer& peer) { serve_socks(peer, seen, false, refusal); });
    BOOST_TEST(mentions(failure.what(), "could not connect to origin.test:80: "), failure.what());
    BOOST_TEST(mentions(failure.what(), part), failure.what());
    BOOST_TEST(!failure.hint.empty());
  }
}

BOOST_AUTO_TEST_CASE(server_of_another_protocol_is_told) {
  const auto says = [](const std::string& text, std::size_t after = 3) {
    return [text, after](Peer& peer) {
      peer.bytes(after);
      peer.send(text);
    };
  };
  BOOST_TEST(mentions(socks_failure(says("HTTP/1.1 400 Bad Request\r\n\r\n")).what(), "does not speak SOCKS5"));
  BOOST_TEST(mentions(socks_failure(says("\x05\x07")).what(), "does not speak SOCKS5"));
  BOOST_TEST(mentions(socks_failure(says("\x05")).what(), "closed the connection"));
  BOOST_TEST(mentions(socks_failure(says("")).what(), "closed the connection"));
  Seen seen;
  const auto responds = [&](const std::string& response) {
    return socks_failure([&seen, response](Peer& peer) { serve_socks(peer, seen, false, response); });
  };
  BOOST_TEST(mentions(responds("HTTP/1.1 400 Bad Request").what(), "does not speak SOCKS5"));
  BOOST_TEST(mentions(responds(kBound.substr(0, 6)).what(), "closed the connection"));
  BOOST_TEST(mentions(responds("\x05\x00\x00\x09"s + std::string(300, 'x')).what(), "does not speak SOCKS5"));
  BOOST_TEST(mentions(responds(kBound + "smuggled").what(), "sent data before"));
}

BOOST_AUTO_TEST_CASE(silent_socks_proxy_meets_the_connect_limit) {
  Server server([](Peer& peer) { peer.wait_for_close(); });
  const Client client({{"all_proxy", "socks5h://" + server.authority()}});
  Request request = client.request(Url::parse("http://origin.test/"));
  request.timeouts.connect = 100ms;
  BOOST_TEST((client.failure(request).kind == Kind::timeout));
}

BOOST_AUTO_TEST_SUITE_END()
