// SPDX-License-Identifier: Apache-2.0
#include "core/net/connect/proxy.hpp"

#include <boost/test/unit_test.hpp>

#include "client.hpp"
#include "peer.hpp"

using namespace peer;

namespace {

std::string via(const Client::Variables& variables, const std::string& url) {
  const auto proxy = ProxyRules(MapEnvironment(variables)).find(Url::parse(url));
  return proxy ? proxy->host + ":" + std::to_string(proxy->port) : "direct";
}

Failure refusal(const std::string& value) {
  try {
    via({{"HTTPS_PROXY", value}}, "https://a.test");
  } catch (const Failure& failure) {
    return failure;
  }
  throw std::logic_error("accepted: " + value);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(proxy_rules)

BOOST_AUTO_TEST_CASE(each_scheme_has_its_variable_and_all_proxy_serves_the_rest) {
  BOOST_TEST(via({}, "https://a.test") == "direct");
  BOOST_TEST(via({{"HTTPS_PROXY", "http://p:1"}}, "https://a.test") == "p:1");
  BOOST_TEST(via({{"HTTPS_PROXY", "http://p:1"}}, "http://a.test") == "direct");
  BOOST_TEST(via({{"https_proxy", "http://p:1"}}, "https://a.test") == "p:1");
  BOOST_TEST(via({{"HTTPS_PROXY", "http://p:1"}, {"https_proxy", "http://q:2"}}, "https://a.test") == "q:2");
  BOOST_TEST(via({{"HTTPS_PROXY", "http://q:2"}, {"https_proxy", " "}}, "https://a.test") == "q:2");
  BOOST_TEST(via({{"HTTP_PROXY", "http://p:1"}}, "http://a.test") == "p:1");
  BOOST_TEST(via({{"http_proxy", "http://p:1"}}, "http://a.test") == "p:1");
  BOOST_TEST(via({{"ALL_PROXY", "http://p:1"}}, "http://a.test") == "p:1");
  BOOST_TEST(via({{"ALL_PROXY", "http://p:1"}, {"all_proxy", "http://q:2"}}, "http://a.test") == "q:2");
  BOOST_TEST(via({{"all_proxy", "http://p:1"}, {"HTTPS_PROXY", "http://q:2"}}, "https://a.test") == "q:2");
}

BOOST_AUTO_TEST_CASE(under_cgi_only_the_lower_case_http_proxy_counts) {
  BOOST_TEST(via({{"HTTP_PROXY", "http://evil:1"}, {"REQUEST_METHOD", "GET"}}, "http://a.test") == "direct");
  BOOST_TEST(via({{"HTTP_PROXY", "http://evil:1"}, {"http_proxy", "http://p:1"}, {"REQUEST_METHOD", "GET"}},
                 "http://a.test") == "p:1");
}

BOOST_AUTO_TEST_CASE(proxy_address_may_leave_out_scheme_and_port) {
  BOOST_TEST(via({{"HTTPS_PROXY", "proxy.test:3128"}}, "https://a.test") == "proxy.test:3128");
  BOOST_TEST(via({{"HTTPS_PROXY", "HTTP://Proxy.test/"}}, "https://a.test") == "proxy.test:80");
  BOOST_TEST(via({{"HTTPS_PROXY", "http://[::1]:3128"}}, "https://a.test") == "::1:3128");
  BOOST_TEST(via({{"HTTPS_PROXY", "https://p"}}, "https://a.test") == "p:443");
  BOOST_TEST(via({{"HTTPS_PROXY", "socks5://p"}}, "https://a.test") == "p:1080");
  BOOST_TEST(via({{"HTTPS_PROXY", "socks5h://[::1]"}}, "https://a.test") == "::1:1080");
  BOOST_TEST(via({{"HTTPS_PROXY", "socks5h://p:"}}, "https://a.test") == "p:1080");
}

BOOST_AUTO_TEST_CASE(scheme_of_the_variable_decides_the_kind) {
  const auto kind_of = [](const std::string& value) {
    return ProxyRules(MapEnvironment({{"ALL_PROXY", value}})).find(Url::parse("https://a.test"))->scheme();
  };
  BOOST_TEST(kind_of("p:1") == "http");
  BOOST_TEST(kind_of("HTTPS://p:1") == "https");
  BOOST_TEST(kind_of("socks5://p:1") == "socks5");
  BOOST_TEST(kind_of("Socks5h://p:1") == "socks5h");
}

BOOST_AUTO_TEST_CASE(socks_login_is_kept_decoded_and_has_a_limit) {
  const auto proxy = ProxyRules(MapEnvironment(Client::Variables{{"ALL_PROXY", "socks5h://us%65r:p%40ss%3A@p:1"}}))
                         .find(Url::parse("https://a.test"));
  BOOST_TEST(proxy->user.reveal() == "user");
  BOOST_TEST(proxy->password.reveal() == "p@ss:");
  BOOST_TEST(proxy->authorization.empty());
  const Failure failure = refusal("socks5://user:" + std::string(256, 'x') + "@p:1");
  BOOST_TEST(mentions(failure.what(), "255 bytes"), failure.what());
  BOOST_TEST(!mentions(failure.what(), "xxx"));
}

BOOST_AUTO_TEST_CASE(user_and_password_are_decoded_for_basic) {
  const auto authorization = [](const std::string& value) {
    return ProxyRules(MapEnvironment({{"HTTPS_PROXY", value}}))
        .find(Url::parse("https://a.test"))
        ->authorization.reveal();
  };
  BOOST_TEST(authorization("http://p:1") == "");
  BOOST_TEST(authorization("http://user:pass@p:1") == "Basic dXNlcjpwYXNz");
  BOOST_TEST(authorization("http://us%65r:p%40ss%3A@p:1") == "Basic dXNlcjpwQHNzOg==");
  BOOST_TEST(authorization("http://user:p@ss@p:1") == "Basic dXNlcjpwQHNz");
  BOOST_TEST(authorization("user@p:1") == "Basic dXNlcjo=");
  const std::string longest(100, 'x');
  BOOST_TEST(authorization("http://" + longest + ":" + longest + "@p:1").find_first_of("\r\n") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(unusable_proxy_is_named_without_its_password) {
  for (const char* value : {"socks4://user:hunter2@p:1", "quic://user:hunter2@p:1", "socks5://user:hunter2@p:99999",
                            "http://user:hunter2@p:99999", "http://user:hunter2%@p:1", "http://user:hunter2@"}) {
    const Failure failure = refusal(value);
    BOOST_TEST((failure.kind == Kind::proxy));
    BOOST_TEST(mentions(failure.what(), "HTTPS_PROXY"), failure.what());
    BOOST_TEST(!mentions(failure.what(), "hunter2"), failure.what());
  }
  BOOST_TEST(mentions(refusal("socks4://p:1").what(),
                      "only http, https, socks5 and socks5h proxies are supported, not socks4://"));
}

BOOST_AUTO_TEST_CASE(no_proxy_names_what_is_reached_directly) {
  struct Row {
    std::string list;
    std::string url;
    bool direct;
  };
  const std::vector<Row> table{
      {"", "https://a.test", false},
      {"*", "https://a.test", true},
      {"a.test", "https://a.test", true},
      {"A.Test", "https://a.test", true},
      {"a.test", "https://a.test.", true},
      {"a.test", "https://x.a.test", true},
      {"a.test", "https://xa.test", false},
      {"a.test", "https://a.test.evil", false},
      {".a.test", "https://x.a.test", true},
      {".a.test", "https://a.test", false},
      {"*.a.test", "https://x.a.test", true},
      {".", "https://a.test", false},
      {"b.test, a.test", "https://a.test", true},
      {"b.test a.test", "https://a.test", true},
      {",,", "https://a.test", false},
      {"a.test:443", "https://a.test", true},
      {"a.test:443", "https://a.test:444", false},
      {"a.test:x", "https://a.test", false},
      {"10.1.2.3", "https://10.1.2.3", true},
      {"10.1.2.3", "https://10.1.2.33", false},
      {"10.1.2.3:443", "https://10.1.2.3", true},
      {"2.3", "https://10.1.2.3", false},
      {"10.0.0.0/8", "https://10.1.2.3", true},
      {"10.0.0.0/8", "https://11.1.2.3", false},
      {"10.1.2.0/23", "https://10.1.3.9", true},
      {"0.0.0.0/0", "https://9.9.9.9", true},
      {"10.1.2.3/32", "https://10.1.2.4", false},
      {"10.0.0.0/33", "https://10.1.2.3", false},
      {"10.0.0.0/", "https://10.0.0.0", false},
      {"10.0.0.0/8", "https://a.test", false},
      {"fd00::/8", "https://[fd12::1]", true},
      {"fd00::/8", "https://[fc00::1]", false},
      {"[fd00::]/8", "https://[fd12::1]", true},
      {"2001:db8::/129", "https://[2001:db8::1]", false},
      {"2001:db8::/127", "https://[2001:db8::1]", true},
      {"2001:db8::/127", "https://[2001:db8::2]", false},
      {"::/0", "https://[2001:db8::1]", true},
      {"::/0", "https://10.1.2.3", false},
      {"10.0.0.0/8", "https://[::ffff:10.1.2.3]", true},
      {"10.1.2.3", "https://[::ffff:10.1.2.3]", true},
      {"10.0.0.0/8x", "https://10.1.2.3", false},
      {"10.0.0.0/-1", "https://10.1.2.3", false},
      {"nonsense/8", "https://10.1.2.3", false},
      {"::2", "https://[::2]", true},
      {"[::2]", "https://[0::2]", true},
      {"[::2]:443", "https://[::2]", true},
      {"[::2]:443", "https://[::2]:444", false},
      {"", "https://localhost:1", true},
      {"", "https://127.0.0.2", true},
      {"", "http://169.254.169.254", true},
      {"", "http://[fe80::1]", true},
      {"", "https://[::1]", true},
  };
  for (const Row& row : table) {
    const bool direct = via({{"ALL_PROXY", "http://p:1"}, {"NO_PROXY", row.list}}, row.url) == "direct";
    BOOST_TEST(direct == row.direct, row.list << " | " << row.url);
  }
  BOOST_TEST(via({{"ALL_PROXY", "http://p:1"}, {"no_proxy", "a.test"}}, "https://a.test") == "direct");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(proxy)

BOOST_AUTO_TEST_CASE(plain_requests_go_to_the_proxy_in_absolute_form) {
  Received got;
  Server server([&](Peer& peer) {
    got = peer.request();
    peer.respond("from the proxy");
  });
  const Client client({{"HTTP_PROXY", "http://user:pass@" + server.authority()}});
  BOOST_TEST(client.get(Url::parse("http://origin.test/x?y=1")) == "from the proxy");
  BOOST_TEST(got.line() == "GET http://origin.test/x?y=1 HTTP/1.1");
  BOOST_TEST(got.has("Host: origin.test"));
  BOOST_TEST(got.has("Proxy-Authorization: Basic dXNlcjpwYXNz"));
}

BOOST_AUTO_TEST_CASE(https_goes_through_a_tunnel_that_sees_no_secret) {
  const Identity ca = make_identity({.name = "CA", .alternatives = {}});
  const Identity origin = make_identity({.name = "origin", .alternatives = "DNS:origin.test"}, &ca);
  const Directory directory;
  const auto context = server_context(origin);
  std::string tunnel;
  std::vector<std::string> inner;
  Server server([&](Peer& peer) {
    tunnel = peer.head();
    peer.send("HTTP/1.1 200 Connection established\r\n\r\n");
    if (!peer.start_tls(context.get())) return;
    for (Received got = peer.request(); !got.head.empty(); got = peer.request()) {
      inner.push_back(got.head);
      peer.respond("through");
    }
  });
  const Client client({{"HTTPS_PROXY", "http://user:pass@" + server.authority()},
                       {"SSL_CERT_FILE", directory.write("ca.pem", to_pem(ca))}});
  Request request = client.request(Url::parse("https://origin.test/x"));
  request.headers = {{"Authorization", "Bearer s3cret"}};
  BOOST_TEST(client.fetch(request) == "through");
  BOOST_TEST(client.fetch(request) == "through");
  BOOST_TEST(server.accepted() == 1);
  BOOST_TEST(tunnel ==
             "CONNECT origin.test:443 HTTP/1.1\r\nHost: origin.test:443\r\n"
             "Proxy-Authorization: Basic dXNlcjpwYXNz\r\n\r\n");
  BOOST_TEST(inner.at(0).starts_with("GET /x HTTP/1.1\r\nHost: origin.test\r\nAuthorization: Bearer s3cret\r\n"));
  BOOST_TEST(!mentions(inner.at(0), "Proxy-"));
}

namespace {

Failure tunnel_failure(const std::string& response, const std::string& user = {}) {
  Server server([&](Peer& peer) {
    peer.head();
    peer.send(response);
  });
  const Client client({{"HTTPS_PROXY", "http://" + user + server.authority()}});
  const Failure failure = client.failure(client.request(Url::parse("https://origin.test/")));
  BOOST_TEST((failure.kind == Kind::proxy), failure.what());
  BOOST_TEST(!failure.sent);
  BOOST_TEST(mentions(failure.what(), server.authority()), failure.what());
  BOOST_TEST(!mentions(failure.what() + failure.hint, "hunter2"));
  return failure;
}

}  // namespace

namespace {

/// An https proxy for origin.test, which is behind TLS of its own.
void serve_tunnel_within_tls(Peer& peer, const Identity& origin, std::string& tunnel) {
  tunnel = peer.head();
  if (tunnel.empty()) return;
  peer.send("HTTP/1.1 200 Connection established\r\n\r\n");
  Server inner(
      [](Peer& server) {
        server.request();
        server.respond(std::string(200'000, 'o'));
      },
      &origin);
  peer.relay(inner.port());
}

}  // namespace

BOOST_AUTO_TEST_CASE(https_proxy_is_reached_by_tls_and_tunnels_tls) {
  const Identity ca = make_identity({.name = "CA", .alternatives = {}});
  const Identity of_proxy = make_identity({.name = "proxy", .alternatives = "IP:127.0.0.1"}, &ca);
  const Identity origin = make_identity({.name = "origin", .alternatives = "DNS:origin.test"}, &ca);
  const Directory directory;
  std::string tunnel;
  Server server([&](Peer& peer) { serve_tunnel_within_tls(peer, origin, tunnel); }, &of_proxy);
  const std::string ca_file = directory.write("ca.pem", to_pem(ca));
  const Client client({{"HTTPS_PROXY", "https://user:pass@" + server.authority()}, {"SSL_CERT_FILE", ca_file}});
  BOOST_TEST(client.get(Url::parse("https://origin.test/x")).size() == 200'000);
  BOOST_TEST(mentions(tunnel, "CONNECT origin.test:443 HTTP/1.1"));
  BOOST_TEST(mentions(tunnel, "Proxy-Authorization: Basic dXNlcjpwYXNz"));
}

BOOST_AUTO_TEST_CASE(https_proxy_gets_plain_requests_within_tls) {
  const Identity ca = make_identity({.name = "CA", .alternatives = {}});
  const Identity of_proxy = make_identity({.name = "proxy", .alternatives = "IP:127.0.0.1"}, &ca);
  const Directory directory;
  Received got;
  Server server(
      [&](Peer& peer) {
        got = peer.request();
        peer.respond("from the proxy");
      },
      &of_proxy);
  const std::string ca_file = directory.write("ca.pem", to_pem(ca));
  const Client client({{"http_proxy", "https://" + server.authority()}, {"SSL_CERT_FILE", ca_file}});
  BOOST_TEST(client.get(Url::parse("http://origin.test/x")) == "from the proxy");
  BOOST_TEST(got.line() == "GET http://origin.test/x HTTP/1.1");
}

BOOST_AUTO_TEST_CASE(https_proxy_must_prove_its_name_and_sees_no_password_before) {
  const Identity stranger = make_identity({.name = "Lonely Proxy", .alternatives = "IP:127.0.0.1"});
  const Identity ca = make_identity({.name = "CA", .alternatives = {}});
  const Directory directory;
  std::string seen;
  Server server([&](Peer& peer) { seen = peer.head(); }, &stranger);
  const std::string ca_file = directory.write("ca.pem", to_pem(ca));
  const Client client({{"HTTPS_PROXY", "https://user:hunter2@" + server.authority()}, {"SSL_CERT_FILE", ca_file}});
  const Failure failure = client.failure(client.request(Url::parse("https://origin.test/")));
  BOOST_TEST((failure.kind == Kind::tls));
  BOOST_TEST(mentions(failure.what(), "the proxy " + server.authority() + " (from HTTPS_PROXY)"), failure.what());
  BOOST_TEST(mentions(failure.what(), "Lonely Proxy"), failure.what());
  BOOST_TEST(mentions(failure.hint, "HEYGEN_EXTRA_CA_CERTS"), failure.hint);
  BOOST_TEST(!mentions(failure.what() + failure.hint, "hunter2"));
  BOOST_TEST(!failure.sent);
  BOOST_TEST(seen == "");
}

BOOST_AUTO_TEST_CASE(http_proxy_with_the_https_scheme_is_said_to_speak_no_tls) {
  Server server([](Peer& peer) {
    peer.bytes(1);
    peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  const Identity ca = make_identity({.name = "CA", .alternatives = {}});
  const Directory directory;
  const Client client(
      {{"HTTPS_PROXY", "https://" + server.authority()}, {"SSL_CERT_FILE", directory.write("ca.pem", to_pem(ca))}});
  const Failure failure = client.failure(client.request(Url::parse("https://origin.test/")));
  BOOST_TEST((failure.kind == Kind::tls));
  BOOST_TEST(mentions(failure.what(), "The proxy " + server.authority()), failure.what());
  BOOST_TEST(mentions(failure.what(), "does not speak TLS"), failure.what());
}

BOOST_AUTO_TEST_CASE(refused_tunnel_is_a_failure_with_a_hint) {
  const Failure asked = tunnel_failure("HTTP/1.1 407 x\r\nProxy-Authenticate: Basic realm=x\r\n\r\n");
  BOOST_TEST(mentions(asked.what(), "requires a user name and password"), asked.what());
  BOOST_TEST(mentions(asked.hint, "HTTPS_PROXY"));
  const Failure refused = tunnel_failure("HTTP/1.1 407 x\r\n\r\n", "user:hunter2@");
  BOOST_TEST(mentions(refused.what(), "refused the user name or password"), refused.what());
  const Failure method = tunnel_failure("HTTP/1.1 407 x\r\nProxy-Authenticate: NTLM\r\n\r\n");
  BOOST_TEST(mentions(method.what(), "NTLM"), method.what());
  const Failure forbidden = tunnel_failure("HTTP/1.1 403 Not Allowed\r\n\r\n");
  BOOST_TEST(mentions(forbidden.what(), "origin.test:443: 403 Not Allowed"), forbidden.what());
  tunnel_failure("");
  tunnel_failure("garbage\r\n\r\n");
  tunnel_failure("HTTP/1.1 200 OK\r\n\r\nsmuggled");
}

BOOST_AUTO_TEST_CASE(a_407_to_a_plain_request_is_the_proxys_too) {
  Server server([](Peer& peer) {
    peer.request();
    peer.send("HTTP/1.1 407 x\r\nContent-Length: 0\r\n\r\n");
  });
  const Client client({{"HTTP_PROXY", server.authority()}});
  const Failure failure = client.failure(client.request(Url::parse("http://origin.test/")));
  BOOST_TEST((failure.kind == Kind::proxy), failure.what());
}

BOOST_AUTO_TEST_CASE(unreachable_proxy_is_named_with_its_variable) {
  std::string place;
  {
    const Server gone([](Peer&) {});
    place = gone.authority();
  }
  const Client client({{"ALL_PROXY", "http://user:hunter2@" + place}});
  const Failure failure = client.failure(client.request(Url::parse("https://origin.test/")));
  BOOST_TEST((failure.kind == Kind::proxy));
  BOOST_TEST(mentions(failure.what(), "the proxy " + place + " (from ALL_PROXY): connection refused"), failure.what());
  BOOST_TEST(!mentions(failure.what() + failure.hint, "hunter2"));
}

BOOST_AUTO_TEST_CASE(silent_proxy_meets_the_connect_limit) {
  Server server([](Peer& peer) { peer.wait_for_close(); });
  const Client client({{"HTTPS_PROXY", server.authority()}});
  Request request = client.request(Url::parse("https://origin.test/"));
  request.timeouts.connect = 100ms;
  const Failure failure = client.failure(request);
  BOOST_TEST((failure.kind == Kind::timeout));
  BOOST_TEST(mentions(failure.what(), "through the proxy " + server.authority()), failure.what());
}

BOOST_AUTO_TEST_SUITE_END()
