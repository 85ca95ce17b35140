// SPDX-License-Identifier: Apache-2.0
// Requests that reach their server in another way: a Unix socket, a client certificate, more authorities.
#include <openssl/pem.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <boost/test/unit_test.hpp>

#include "client.hpp"
#include "core/net/tls/tls.hpp"
#include "peer.hpp"

using namespace peer;

namespace {

const Identity& authority() {
  static const Identity made = make_identity({.name = "Private CA", .alternatives = {}});
  return made;
}

const Identity& server_identity() {
  static const Identity made =
      make_identity({.name = "server", .alternatives = "IP:127.0.0.1,DNS:localhost"}, &authority());
  return made;
}

Identity client_identity(bool rsa = false) {
  return make_identity({.name = "a client", .alternatives = "DNS:client.test", .rsa = rsa}, &authority());
}

std::string key_pem(const Identity& identity) {
  const std::shared_ptr<BIO> out(BIO_new(BIO_s_mem()), &BIO_free);
  BOOST_REQUIRE(PEM_write_bio_PrivateKey(out.get(), identity.key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

Route route_with(const Identity& client) {
  Route route;
  route.extra_ca = to_pem(authority());
  route.client_certificate = to_pem(client);
  route.client_key = Secret(key_pem(client));
  return route;
}

/// A TLS server that takes clients of the authority only, and says who they are.
void greet_by_certificate(Peer& peer, std::vector<std::string>& seen) {
  const std::shared_ptr<SSL_CTX> context = server_context(server_identity());
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), authority().certificate.get());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  const unsigned char name[] = "test";
  SSL_CTX_set_session_id_context(context.get(), name, sizeof(name));
  if (!peer.start_tls(context.get())) return;
  seen.push_back(peer.tls_resumed() ? "resumed" : "full");
  peer.request();
  peer.respond("welcome");
}

/// Without the authority in the environment.
Client distrusting() {
  static const Directory directory;
  static const std::string other =
      directory.write("ca.pem", to_pem(make_identity({.name = "Other", .alternatives = {}})));
  return Client({{"SSL_CERT_FILE", other}});
}

/// Serves one request on a Unix socket.
class UnixServer {
 public:
  UnixServer() : path_(directory_.path() + "/service") {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, path_.size());
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    BOOST_REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
    BOOST_REQUIRE(::listen(listener_, 1) == 0);
    thread_ = std::thread([this] {
      const int one = ::accept(listener_, nullptr, nullptr);
      Peer peer(one, 0, nullptr);
      head_ = peer.request().head;
      peer.respond("over a socket file");
      ::close(one);
    });
  }
  ~UnixServer() {
    thread_.join();
    ::close(listener_);
  }
  UnixServer(const UnixServer&) = delete;
  UnixServer& operator=(const UnixServer&) = delete;

  const std::string& path() const { return path_; }
  const std::string& head() const { return head_; }

 private:
  Directory directory_;
  std::string path_, head_;
  int listener_ = -1;
  std::thread thread_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(route)

BOOST_AUTO_TEST_CASE(unix_socket_takes_the_place_of_host_and_proxy) {
  UnixServer server;
  const Client client(Client::Variables{{"http_proxy", "http://127.0.0.1:1"}});
  Request request = client.request(Url::parse("http://service.internal/v1/token?a=b"));
  request.route.unix_socket = server.path();
  BOOST_TEST(client.fetch(request) == "over a socket file");
  BOOST_TEST(mentions(server.head(), "GET /v1/token?a=b HTTP/1.1\r\n"));
  BOOST_TEST(mentions(server.head(), "Host: service.internal\r\n"));
}

BOOST_AUTO_TEST_CASE(absent_unix_socket_is_named) {
  const Client client;
  Request request = client.request(Url::parse("http://service.internal/"));
  request.route.unix_socket = "/nonexistent/service";
  const Failure failure = client.failure(request);
  BOOST_TEST((failure.kind == Kind::connect));
  BOOST_TEST(mentions(failure.what(), "/nonexistent/service"), failure.what());
  request.route.unix_socket = std::string(200, 'x');
  BOOST_TEST(mentions(client.failure(request).what(), "too long"));
}

BOOST_AUTO_TEST_CASE(direct_request_passes_every_proxy) {
  Server server([](Peer& peer) {
    peer.request();
    peer.respond("direct");
  });
  const Client client(Client::Variables{{"http_proxy", "http://127.0.0.1:1"}});
  Request request = client.request(server.url());
  request.route.direct = true;
  BOOST_TEST(client.fetch(request) == "direct");
}

BOOST_AUTO_TEST_CASE(client_certificate_and_extra_authority_serve_their_request_alone) {
  std::vector<std::string> seen;
  Server server([&](Peer& peer) { greet_by_certificate(peer, seen); });
  const Client client = distrusting();
  Url url = server.url();
  url = Url::parse("https" + url.text().substr(4));
  Request request = client.request(url);
  BOOST_TEST((client.failure(request).kind == Kind::tls));  // neither trusted nor known
  request.route = route_with(client_identity());
  BOOST_TEST(client.fetch(request) == "welcome");
  BOOST_TEST(client.fetch(request) == "welcome");
  BOOST_TEST(seen == (std::vector<std::string>{"full", "full"}), boost::test_tools::per_element());
  request.route = {};
  BOOST_TEST((client.failure(request).kind == Kind::tls));
}

BOOST_AUTO_TEST_CASE(unusable_certificates_and_keys_are_said_before_anything_is_sent) {
  const Identity one = client_identity(), other = client_identity();
  Route route = route_with(one);
  BOOST_TEST(!find_fault(route).has_value());
  BOOST_TEST(!find_fault({}).has_value());
  route.client_key = Secret(key_pem(other));
  BOOST_TEST(mentions(find_fault(route).value(), "fits the certificate"));
  route.client_key = Secret();
  BOOST_TEST(mentions(find_fault(route).value(), "belong together"));
  route = route_with(one);
  route.client_certificate = "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n";
  BOOST_TEST(mentions(find_fault(route).value(), "not a PEM certificate"));
  route = route_with(one);
  route.extra_ca = "nothing";
  BOOST_TEST(mentions(find_fault(route).value(), "CA certificates"));
}

BOOST_AUTO_TEST_CASE(key_of_another_kind_than_the_certificate_is_said_before_anything_is_sent) {
  const Identity curve = client_identity(), rsa = client_identity(true);
  BOOST_TEST(!find_fault(route_with(rsa)).has_value());
  for (const auto& [certificate, key] : {std::pair{curve, rsa}, std::pair{rsa, curve}}) {
    Route route = route_with(certificate);
    route.client_key = Secret(key_pem(key));
    BOOST_TEST(mentions(find_fault(route).value_or(""), "fits the certificate"));
  }
}

BOOST_AUTO_TEST_CASE(policy_fixes_the_authorities_for_every_route) {
  static const Directory directory;
  const std::string file = directory.write("ca.pem", to_pem(authority()));
  Tls tls(MapEnvironment({}), file);
  Route route;
  route.extra_ca = to_pem(authority());
  BOOST_CHECK_EXCEPTION(tls.wrap(UniqueFd(), "localhost", route), Failure,
                        [](const Failure& failure) { return mentions(failure.hint, "policy"); });
}

BOOST_AUTO_TEST_SUITE_END()
