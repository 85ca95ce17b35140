// SPDX-License-Identifier: Apache-2.0
#include "core/net/tls/bundle.hpp"

#include <openssl/pem.h>

#include <boost/test/unit_test.hpp>

#include "certificates.hpp"
#include "client.hpp"
#include "peer.hpp"

using namespace peer;

namespace {

const Identity& one() {
  static const Identity made = make_identity({.name = "First Authority", .alternatives = {}});
  return made;
}

const Identity& other() {
  static const Identity made = make_identity({.name = "Second Authority", .alternatives = {}});
  return made;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

std::string trusted_pem(const Identity& identity) {
  const std::shared_ptr<BIO> out(BIO_new(BIO_s_mem()), &BIO_free);
  X509_add1_trust_object(identity.certificate.get(), OBJ_nid2obj(NID_server_auth));
  PEM_write_bio_X509_AUX(out.get(), identity.certificate.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

/// A subject that differs from `text` only in what X509_NAME_cmp(3) does not count.
std::shared_ptr<X509_NAME> name(const std::string& text, int kind = MBSTRING_UTF8) {
  std::shared_ptr<X509_NAME> made(X509_NAME_new(), &X509_NAME_free);
  X509_NAME_add_entry_by_txt(made.get(), "CN", kind, reinterpret_cast<const unsigned char*>(text.data()),
                             static_cast<int>(text.size()), -1, 0);
  return made;
}

std::size_t count(const std::string& pem, const std::string& subject) {
  const std::optional<Bundle> bundle = Bundle::index(pem);
  BOOST_REQUIRE(bundle);
  return bundle->find(name(subject).get()).size();
}

void serve(Peer& peer) {
  while (!peer.request().head.empty()) peer.respond("over tls");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bundle)

BOOST_AUTO_TEST_CASE(certificates_of_a_subject_are_found) {
  const std::string both = to_pem(one()) + to_pem(other());
  BOOST_TEST(count(both, "First Authority") == 1U);
  BOOST_TEST(count(both, "Second Authority") == 1U);
  BOOST_TEST(count(both, "Third Authority") == 0U);
}

BOOST_AUTO_TEST_CASE(subjects_are_compared_as_openssl_does) {
  const std::optional<Bundle> bundle = Bundle::index(to_pem(one()));
  BOOST_REQUIRE(bundle);
  BOOST_TEST(bundle->find(name("  first   AUTHORITY ").get()).size() == 1U);
  BOOST_TEST(bundle->find(name("FirstAuthority").get()).empty());
  BOOST_TEST(bundle->find(name("First Authority", V_ASN1_PRINTABLESTRING).get()).size() == 1U);
  const std::string wide("\0F\0i\0r\0s\0t\0 \0A\0u\0t\0h\0o\0r\0i\0t\0y", 30);
  BOOST_TEST(bundle->find(name(wide, V_ASN1_BMPSTRING).get()).size() == 1U);
}

BOOST_AUTO_TEST_CASE(all_certificates_of_one_subject_are_found_in_order) {
  const Identity again = make_identity({.name = "First Authority", .alternatives = {}});
  const std::optional<Bundle> bundle = Bundle::index(to_pem(again) + to_pem(other()) + to_pem(one()) + to_pem(one()));
  BOOST_REQUIRE(bundle);
  const auto found = bundle->find(name("First Authority").get());
  BOOST_REQUIRE(found.size() == 3U);
  BOOST_TEST(X509_cmp(found[0].get(), again.certificate.get()) == 0);
  BOOST_TEST(X509_cmp(found[2].get(), one().certificate.get()) == 0);
}

BOOST_AUTO_TEST_CASE(text_around_certificates_and_other_line_ends_do_not_matter) {
  const std::string two = "# First\n" + to_pem(one()) + "\n  text: a - b\n\n" + to_pem(other()) + "end";
  for (const std::string& text :
       {two, replaced(two, "\n", "\r\n"), to_pem(other()) + to_pem(one()).substr(0, to_pem(one()).size() - 1),
        replaced(two, "BEGIN CERTIFICATE-----", "BEGIN CERTIFICATE-----  ")}) {
    BOOST_TEST(count(text, "First Authority") == 1U);
    BOOST_TEST(count(text, "Second Authority") == 1U);
  }
}

BOOST_AUTO_TEST_CASE(trusted_certificate_keeps_what_is_said_behind_it) {
  const Identity made = make_identity({.name = "Trusted Authority", .alternatives = {}});
  const std::optional<Bundle> bundle = Bundle::index(to_pem(one()) + trusted_pem(made));
  BOOST_REQUIRE(bundle);
  const auto found = bundle->find(name("Trusted Authority").get());
  BOOST_REQUIRE(found.size() == 1U);
  BOOST_TEST(X509_trusted(found[0].get()) == 1);
}

BOOST_AUTO_TEST_CASE(anything_but_sound_certificates_is_left_to_openssl) {
  const std::string pem = to_pem(one());
  const std::size_t middle = pem.size() / 2;
  const std::vector<std::pair<std::string, std::string>> table{
      {"empty", ""},
      {"text", "no certificate"},
      {"bad letter", std::string(pem).replace(middle, 1, "*")},
      {"letter missing", std::string(pem).erase(middle, 1)},
      {"four letters missing", std::string(pem).erase(pem.find('\n') + 5, 4)},
      {"other end", replaced(pem, "END CERTIFICATE", "END X509 CRL")},
      {"no end", pem.substr(0, pem.find("-----END"))},
      {"only the first line", "-----BEGIN CERTIFICATE-----"},
      {"empty body", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"},
      {"revocation list", replaced(pem, "CERTIFICATE", "X509 CRL")},
      {"within a line", "# " + pem},
      {"header", replaced(pem, "BEGIN CERTIFICATE-----\n", "BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\n\n")},
      {"more behind it", replaced(trusted_pem(make_identity({.name = "x", .alternatives = {}})), "TRUSTED ", "")},
  };
  for (const auto& [what, text] : table) {
    BOOST_TEST(!Bundle::index(text), what);
    if (what != "empty" && what != "text") BOOST_TEST(!Bundle::index(to_pem(other()) + text), what + ", second");
  }
}

BOOST_AUTO_TEST_CASE(every_cut_and_flipped_byte_is_survived) {
  const std::string pem = to_pem(one());
  for (std::size_t at = 0; at < pem.size(); ++at) {
    for (const std::string& text : {pem.substr(0, at), std::string(pem).replace(at, 1, "A")}) {
      const std::optional<Bundle> made = Bundle::index(text);
      if (made) BOOST_TEST(made->find(name("First Authority").get()).size() <= 1U);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_systems_bundle_has_as_many_as_openssl_reads) {
  const std::string path = "/etc/ssl/certs/ca-certificates.crt";
  const std::shared_ptr<BIO> file(BIO_new_file(path.c_str(), "r"), [](BIO* bio) { BIO_free(bio); });
  if (!file) return;  // a system without one
  std::string text;
  std::vector<std::shared_ptr<X509>> all;
  for (std::array<char, 4096> piece{};;) {
    const int size = BIO_read(file.get(), piece.data(), static_cast<int>(piece.size()));
    if (size <= 0) break;
    text.append(piece.data(), static_cast<std::size_t>(size));
  }
  BIO_reset(file.get());
  while (X509* next = PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr)) all.emplace_back(next, &X509_free);
  const std::optional<Bundle> made = Bundle::index(text);
  BOOST_REQUIRE(made);
  BOOST_TEST(made->size() == all.size());
  for (const auto& certificate : all) BOOST_TEST(!made->find(X509_get_subject_name(certificate.get())).empty());
}

BOOST_AUTO_TEST_CASE(valid_one_of_two_authorities_with_one_subject_is_used) {
  const Identity expired =
      make_identity({.name = "First Authority", .alternatives = {}, .valid_from = -7200, .valid_to = -3600});
  const Directory directory;
  const std::string path = directory.write("ca.pem", to_pem(other()) + to_pem(expired) + to_pem(one()));
  const Identity good = make_identity({.name = "x", .alternatives = "IP:127.0.0.1"}, &one());
  Server server(&serve, &good);
  BOOST_TEST(Client(Client::Variables{{"SSL_CERT_FILE", path}}).get(server.url()) == "over tls");
  const Identity unknown = make_identity({.name = "Third Authority", .alternatives = {}});
  const Identity bad = make_identity({.name = "x", .alternatives = "IP:127.0.0.1"}, &unknown);
  Server stranger(&serve, &bad);
  const Client client(Client::Variables{{"SSL_CERT_FILE", path}});
  BOOST_TEST((client.failure(client.request(stranger.url())).kind == Kind::tls));
}

BOOST_AUTO_TEST_CASE(server_whose_own_certificate_is_in_the_file_is_trusted) {
  const Identity alone = make_identity({.name = "Alone", .alternatives = "IP:127.0.0.1"});
  const Directory directory;
  Server server(&serve, &alone);
  BOOST_TEST(Client(Client::Variables{{"SSL_CERT_FILE", directory.write("a.pem", to_pem(other()) + to_pem(alone))}})
                 .get(server.url()) == "over tls");
}

BOOST_AUTO_TEST_CASE(file_with_a_broken_certificate_is_refused_as_a_whole) {
  const Directory directory;
  const std::string broken = std::string(to_pem(one())).replace(to_pem(one()).size() / 2, 1, "*");
  const Client client(Client::Variables{{"SSL_CERT_FILE", directory.write("ca.pem", to_pem(other()) + broken)}});
  const Failure failure = client.failure(client.request(Url::parse("https://127.0.0.1:1/")));
  BOOST_TEST(mentions(failure.what(), "contains no usable CA certificates"), failure.what());
}

BOOST_AUTO_TEST_SUITE_END()
