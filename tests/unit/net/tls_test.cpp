// SPDX-License-Identifier: Apache-2.0
#include "core/net/tls/tls.hpp"

#include <boost/test/unit_test.hpp>

#include "client.hpp"
#include "peer.hpp"

using namespace peer;

namespace {

const Identity& authority() {
  static const Identity made = make_identity({.name = "Example Company CA", .alternatives = {}});
  return made;
}

Identity issued(const std::string& alternatives, long from = -3600, long to = 3600) {
  return make_identity({.name = "server", .alternatives = alternatives, .valid_from = from, .valid_to = to},
                       &authority());
}

const Identity& good() {
  static const Identity made = issued("DNS:localhost,IP:127.0.0.1,IP:::1");
  return made;
}

const std::string& authority_file() {
  static const Directory directory;
  static const std::string path = directory.write("ca.pem", to_pem(authority()));
  return path;
}

Client trusting() {
  return Client({{"SSL_CERT_FILE", authority_file()}});
}

void serve(Peer& peer) {
  while (!peer.request().head.empty()) peer.respond("over tls");
}

Failure handshake_failure(const Identity& identity, const std::string& host = {}) {
  Server server(&serve, &identity);
  const Client client = trusting();
  const Failure failure = client.failure(client.request(server.url("/", host)));
  BOOST_TEST((failure.kind == Kind::tls), failure.what());
  BOOST_TEST(!failure.sent);
  BOOST_TEST(mentions(failure.what(), std::to_string(server.port())), failure.what());
  return failure;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tls)

BOOST_AUTO_TEST_CASE(trusted_server_is_believed_by_address_and_by_name) {
  Server server(&serve, &good());
  Server six(&serve, &good(), "::1");
  const Client client = trusting();
  BOOST_TEST(client.get(server.url()) == "over tls");
  BOOST_TEST(client.get(server.url("/", "localhost")) == "over tls");
  BOOST_TEST(client.get(six.url()) == "over tls");
}

BOOST_AUTO_TEST_CASE(a_connection_is_kept_and_reused) {
  Server server(&serve, &good());
  const Client client = trusting();
  for (int i = 0; i < 3; ++i) BOOST_TEST(client.get(server.url()) == "over tls");
  BOOST_TEST(server.accepted() == 1);
}

BOOST_AUTO_TEST_CASE(a_second_connection_resumes_the_session_of_the_first) {
  std::vector<bool> resumed;
  Server server(
      [&](Peer& peer) {
        peer.request();
        resumed.push_back(peer.tls_resumed());
        peer.respond("over tls");
        peer.end();
      },
      &good());
  const Client client = trusting();
  for (int i = 0; i < 3; ++i) BOOST_TEST(client.get(server.url()) == "over tls");
  BOOST_TEST(server.accepted() == 3);
  BOOST_TEST(resumed == (std::vector<bool>{false, true, true}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_host_name_is_checked_on_the_loopback_too) {
  const Failure by_address = handshake_failure(issued("DNS:localhost"));
  BOOST_TEST(mentions(by_address.what(), "another host name than 127.0.0.1"), by_address.what());
  BOOST_TEST(mentions(by_address.what(), "Example Company CA"), by_address.what());
  const Failure by_name = handshake_failure(issued("DNS:other.test"), "localhost");
  BOOST_TEST(mentions(by_name.what(), "another host name than localhost"), by_name.what());
}

BOOST_AUTO_TEST_CASE(common_name_does_not_replace_the_subject_alternative_name) {
  for (const char* name : {"localhost", "127.0.0.1"}) {
    const Identity only_common_name = make_identity({.name = name, .alternatives = kNoAlternatives}, &authority());
    const Failure failure = handshake_failure(only_common_name, name);
    BOOST_TEST(mentions(failure.what(), "no subject alternative name"), failure.what());
    BOOST_TEST(mentions(failure.hint, name), failure.hint);
  }
}

BOOST_AUTO_TEST_CASE(expired_certificate_points_to_the_clock) {
  const Failure expired = handshake_failure(issued("IP:127.0.0.1", -7200, -3600));
  BOOST_TEST(mentions(expired.what(), "has expired"), expired.what());
  BOOST_TEST(mentions(expired.what(), "Example Company CA"), expired.what());
  BOOST_TEST(mentions(expired.hint, "clock"));
  const Failure early = handshake_failure(issued("IP:127.0.0.1", 3600, 7200));
  BOOST_TEST(mentions(early.what(), "not valid yet"), early.what());
}

BOOST_AUTO_TEST_CASE(self_signed_certificate_points_to_extra_ca_certs) {
  const Failure failure = handshake_failure(make_identity({.name = "Lonely", .alternatives = "IP:127.0.0.1"}));
  BOOST_TEST(mentions(failure.what(), "self-signed"), failure.what());
  BOOST_TEST(mentions(failure.what(), "Its issuer is CN=Lonely."), failure.what());
  BOOST_TEST(mentions(failure.hint, "HEYGEN_EXTRA_CA_CERTS"));
}

BOOST_AUTO_TEST_CASE(an_unknown_issuer_is_named) {
  const Identity stranger = make_identity({.name = "Inspecting Proxy CA", .alternatives = {}});
  const Failure failure = handshake_failure(make_identity({.name = "x", .alternatives = "IP:127.0.0.1"}, &stranger));
  BOOST_TEST(mentions(failure.what(), "issuer is unknown"), failure.what());
  BOOST_TEST(mentions(failure.what(), "Its issuer is CN=Inspecting Proxy CA."), failure.what());
  BOOST_TEST(mentions(failure.hint, "HEYGEN_EXTRA_CA_CERTS"));
}

BOOST_AUTO_TEST_CASE(certificate_names_reach_no_terminal_raw) {
  const Failure failure = handshake_failure(make_identity({.name = "a\x1b[2Jb", .alternatives = "IP:127.0.0.1"}));
  BOOST_TEST(!mentions(failure.what(), "\x1b"));
}

BOOST_AUTO_TEST_CASE(old_tls_is_refused) {
  std::atomic<bool> agreed{false};
  Server server([&](Peer& peer) {
    const std::shared_ptr<SSL_CTX> old = server_context(good());
    SSL_CTX_set_security_level(old.get(), 0);
    SSL_CTX_set_max_proto_version(old.get(), TLS1_1_VERSION);
    agreed = peer.start_tls(old.get());
  });
  const Client client = trusting();
  const Failure failure = client.failure(client.request(Url::parse("https://" + server.authority())));
  BOOST_TEST((failure.kind == Kind::tls), failure.what());
  BOOST_TEST(!agreed);
}

BOOST_AUTO_TEST_CASE(plain_server_on_the_port_is_recognized) {
  Server server([](Peer& peer) {
    peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    peer.wait_for_close();
  });
  const Client client = trusting();
  const Failure failure = client.failure(client.request(Url::parse("https://" + server.authority())));
  BOOST_TEST((failure.kind == Kind::tls));
  BOOST_TEST(mentions(failure.what(), "does not speak TLS"), failure.what());
}

BOOST_AUTO_TEST_CASE(server_that_hangs_up_within_the_handshake_is_a_reset) {
  Server server([](Peer& peer) { peer.skip(1); });
  const Client client = trusting();
  const Failure failure = client.failure(client.request(Url::parse("https://" + server.authority())));
  BOOST_TEST((failure.kind == Kind::reset), failure.what());
  BOOST_TEST(!failure.sent);
}

BOOST_AUTO_TEST_CASE(server_that_answers_early_and_hangs_up_is_heard_over_tls_too) {
  for (const std::string status : {"413 Payload Too Large", "200 OK"}) {
    Server server(
        [&](Peer& peer) {
          peer.head();
          peer.send("HTTP/1.1 " + status + "\r\nContent-Length: 6\r\n\r\nenough");
        },
        &good());
    const Client client = trusting();
    Request request = client.request(server.url(), "POST");
    PatternBody body(32U << 20U);
    request.body = &body;
    const auto response = client.send(request);
    BOOST_TEST(response->status == std::stoi(status));
    BOOST_TEST(read_all(*response, 100) == "enough");
  }
}

BOOST_AUTO_TEST_CASE(end_without_the_closing_message_is_a_truncation) {
  for (const char* head : {"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"}) {
    Server server(
        [&](Peer& peer) {
          peer.request();
          peer.send(std::string(head) + "abc");
          peer.cut();
        },
        &good());
    const Client client = trusting();
    const Failure failure = client.failure(client.request(server.url()));
    BOOST_TEST((failure.kind == Kind::truncated), failure.what());
  }
  Server orderly(
      [](Peer& peer) {
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\n\r\nabc");
      },
      &good());
  BOOST_TEST(trusting().get(orderly.url()) == "abc");
}

BOOST_AUTO_TEST_CASE(a_large_body_passes_both_ways) {
  constexpr std::uint64_t kSize = 16U << 20U;
  Server server(
      [](Peer& peer) {
        peer.head();
        if (!peer.skip(kSize)) return;
        peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1000000\r\n");
        peer.send(PatternBody::text(kSize));
        peer.send("\r\n0\r\n\r\n");
        peer.wait_for_close();
      },
      &good());
  const Client client = trusting();
  Request request = client.request(server.url(), "PUT");
  PatternBody body(kSize);
  request.body = &body;
  BOOST_TEST((read_all(*client.send(request), kSize) == PatternBody::text(kSize)));
}

BOOST_AUTO_TEST_CASE(waiting_for_a_response_can_be_canceled_over_tls) {
  std::promise<void> arrived;
  Server server(
      [&](Peer& peer) {
        peer.request();
        arrived.set_value();
        peer.wait_for_close();
      },
      &good());
  Client client = trusting();
  Canceler canceler(client.cancel, arrived.get_future());
  const Failure failure = client.failure(client.request(server.url()));
  BOOST_TEST((canceler.delay() < 500ms));
  BOOST_TEST((failure.kind == Kind::canceled));
  BOOST_TEST(failure.sent);
}

BOOST_AUTO_TEST_CASE(nothing_of_tls_exists_before_the_first_https_request) {
  Tls tls{MapEnvironment({{"SSL_CERT_FILE", authority_file()}})};
  BOOST_TEST(!tls.started());
  tls.start();
  BOOST_TEST(tls.started());
  // A wrong SSL_CERT_FILE does not matter to plain HTTP.
  Server server(&serve);
  BOOST_TEST(Client(Client::Variables{{"SSL_CERT_FILE", "/nonexistent"}}).get(server.url()) == "over tls");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(trust)

BOOST_AUTO_TEST_CASE(directory_of_hashed_names_is_searched) {
  const Directory directory;
  directory.write(hashed_name(authority()), to_pem(authority()));
  Server server(&serve, &good());
  BOOST_TEST(Client(Client::Variables{{"SSL_CERT_DIR", "/tmp:" + directory.path()}}).get(server.url()) == "over tls");
}

BOOST_AUTO_TEST_CASE(certificate_file_that_cannot_be_used_is_named) {
  const Directory directory;
  const std::string junk = directory.write("junk.pem", "no certificate");
  const std::string missing = directory.path() + "/missing";
  const std::vector<std::pair<Client::Variables, std::string>> table{
      {{{"SSL_CERT_FILE", missing}}, "Could not read " + missing + " from SSL_CERT_FILE: no such file"},
      {{{"SSL_CERT_FILE", directory.path()}}, "is a directory"},
      {{{"SSL_CERT_FILE", junk}}, "contains no usable CA certificates"},
      {{{"SSL_CERT_DIR", missing}}, missing + " from SSL_CERT_DIR"},
      {{{"SSL_CERT_DIR", junk}}, "not a directory"},
  };
  for (const auto& [variables, part] : table) {
    const Client client(variables);
    const Failure failure = client.failure(client.request(Url::parse("https://127.0.0.1:1/")));
    BOOST_TEST((failure.kind == Kind::tls), failure.what());
    BOOST_TEST(mentions(failure.what(), part), failure.what());
    BOOST_TEST(mentions(failure.hint, "SSL_CERT_"), failure.hint);
    BOOST_TEST(!failure.sent);
  }
}

BOOST_AUTO_TEST_CASE(extra_certificates_are_trusted_beside_the_others) {
  const Directory directory;
  const Identity other = make_identity({.name = "Other", .alternatives = {}});
  const std::string others = directory.write("other.pem", to_pem(other));
  Server server(&serve, &good());
  const Identity of_other_identity = make_identity({.name = "server", .alternatives = "IP:127.0.0.1"}, &other);
  Server of_other(&serve, &of_other_identity);
  const Client client(Client::Variables{{"SSL_CERT_FILE", others}, {"HEYGEN_EXTRA_CA_CERTS", authority_file()}});
  BOOST_TEST(client.get(server.url()) == "over tls");
  BOOST_TEST(client.get(of_other.url()) == "over tls");
}

BOOST_AUTO_TEST_CASE(extra_certificates_that_cannot_be_used_are_named) {
  const Directory directory;
  const std::string junk = directory.write("junk.pem", "no certificate"), missing = directory.path() + "/missing";
  for (const std::string& path : {junk, missing, directory.path()}) {
    const Client client(Client::Variables{{"HEYGEN_EXTRA_CA_CERTS", path}, {"SSL_CERT_FILE", authority_file()}});
    const Failure failure = client.failure(client.request(Url::parse("https://127.0.0.1:1/")));
    BOOST_TEST((failure.kind == Kind::tls), failure.what());
    BOOST_TEST(mentions(failure.what(), path), failure.what());
    BOOST_TEST(mentions(failure.what() + failure.hint, "HEYGEN_EXTRA_CA_CERTS"), failure.what());
    BOOST_TEST(!failure.sent);
  }
}

BOOST_AUTO_TEST_CASE(policy_overrides_extra_certificates) {
  const Directory directory;
  const Identity other = make_identity({.name = "Other", .alternatives = {}});
  Server server(&serve, &good());
  const auto http = make_http(MapEnvironment(Client::Variables{{"HEYGEN_EXTRA_CA_CERTS", authority_file()}}),
                              system_clock(), directory.write("other.pem", to_pem(other)));
  Cancel cancel;
  Request request;
  request.url = server.url();
  request.timeouts = kAmple;
  BOOST_CHECK_EXCEPTION(http->send(request, cancel), Failure, [](const Failure& failure) {
    return failure.kind == Kind::tls && mentions(failure.hint, "policy");
  });
}

BOOST_AUTO_TEST_CASE(system_ca_directory_precedes_bundle) {
  const Directory directory;
  const std::string bundle = directory.write("bundle.crt", "");
  BOOST_TEST(find_trust("", "", directory.path(), {directory.path() + "/missing", bundle}).file == bundle);
  directory.write("0a1b2c3d.0", "");
  const Trust trust = find_trust("", "", directory.path(), {bundle});
  BOOST_TEST(trust.file == "");
  BOOST_TEST(trust.directories == std::vector<std::string>{directory.path()}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(environment_replaces_system_certificates) {
  const Directory directory;
  const std::string file = directory.write("0a1b2c3d.0", "");
  BOOST_TEST(find_trust(file, "", directory.path(), {}).directories.empty());
  BOOST_TEST(find_trust("", directory.path(), directory.path() + "/missing", {file}).file == "");
}

BOOST_AUTO_TEST_CASE(system_without_certificates_says_what_to_install) {
  const Directory directory;
  const std::string missing = directory.path() + "/missing";
  BOOST_CHECK_EXCEPTION(find_trust("", "", missing, {missing}), Failure, [](const Failure& failure) {
    return failure.kind == Kind::tls && mentions(failure.hint, "ca-certificates");
  });
}

BOOST_AUTO_TEST_SUITE_END()
