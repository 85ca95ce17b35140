// SPDX-License-Identifier: Apache-2.0
#include "core/provider/service/stored/signing_key.hpp"

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <boost/test/unit_test.hpp>
#include <memory>
#include <stdexcept>

#include "core/base/encode.hpp"
#include "core/json/parse.hpp"

using namespace heygen;
using namespace heygen::provider;

namespace {

using PublicKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

const unsigned char* raw(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// PKCS #8 of the private key of RFC 8037 §A.1.
SigningKey key_of_rfc_8037() {
  const std::string seed = *base64url_decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A");
  const std::string der = std::string("\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20", 16) + seed;
  return SigningKey(Secret("-----BEGIN PRIVATE KEY-----\n" + base64_encode(der) + "\n-----END PRIVATE KEY-----\n"));
}

/// The public key of a JWK alone, as a verifier makes it.
PublicKey verifier_of(const SigningKey& key) {
  const json::Value jwk = json::parse(key.public_jwk());
  const std::string x = *base64url_decode(jwk.string_at("x"));
  if (jwk.string_at("kty") == "OKP") {
    return {EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(x), x.size()), EVP_PKEY_free};
  }
  const std::string y = *base64url_decode(jwk.string_at("y"));
  const std::string header =
      *base64url_decode("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE");  // SubjectPublicKeyInfo of P-256
  const std::string der = header + x + y;
  const unsigned char* at = raw(der);
  return {d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())), EVP_PKEY_free};
}

bool verifies(EVP_PKEY* key, std::string signature, const std::string& data) {
  const bool elliptic = EVP_PKEY_is_a(key, "EC") == 1;
  if (elliptic) {
    ECDSA_SIG* pair = ECDSA_SIG_new();
    ECDSA_SIG_set0(pair, BN_bin2bn(raw(signature), 32, nullptr), BN_bin2bn(raw(signature) + 32, 32, nullptr));
    unsigned char* der = nullptr;
    const int size = i2d_ECDSA_SIG(pair, &der);
    signature.assign(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    ECDSA_SIG_free(pair);
  }
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  return EVP_DigestVerifyInit(context.get(), nullptr, elliptic ? EVP_sha256() : nullptr, nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(data), data.size()) == 1;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(signing_key)

BOOST_AUTO_TEST_CASE(ed25519_matches_rfc_8037) {
  const SigningKey key = key_of_rfc_8037();
  BOOST_TEST(key.public_jwk() == R"({"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})");
  BOOST_TEST(key.thumbprint() == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  BOOST_TEST(base64url_encode(key.sign("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc")) ==
             "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
}

BOOST_AUTO_TEST_CASE(signatures_verify_with_the_public_key_alone) {
  for (const char* algorithm : {"ES256", "Ed25519"}) {
    const SigningKey key = *SigningKey::make(algorithm);
    const PublicKey verifier = verifier_of(key);
    BOOST_REQUIRE(verifier != nullptr);
    for (int i = 0; i < 300; ++i) {  // R or S begins with a zero byte in one of 128
      const std::string data = "data " + std::to_string(i);
      const std::string signature = key.sign(data);
      BOOST_TEST(signature.size() == 64U);
      BOOST_TEST(verifies(verifier.get(), signature, data));
      BOOST_TEST(!verifies(verifier.get(), signature, data + "!"));
    }
  }
}

BOOST_AUTO_TEST_CASE(thumbprint_is_the_digest_of_the_required_members_in_order) {
  const SigningKey key = *SigningKey::make("ES256");
  const json::Value jwk = json::parse(key.public_jwk());
  const std::string text =
      R"({"crv":"P-256","kty":"EC","x":")" + jwk.string_at("x") + R"(","y":")" + jwk.string_at("y") + R"("})";
  std::string digest(32, '\0');
  EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr, EVP_sha256(), nullptr);
  BOOST_TEST(key.public_jwk() == text);
  BOOST_TEST(key.thumbprint() == base64url_encode(digest));
  BOOST_TEST(base64url_decode(jwk.string_at("x"))->size() == 32U);
}

BOOST_AUTO_TEST_CASE(key_is_the_same_after_it_was_stored) {
  for (const char* algorithm : {"ES256", "Ed25519"}) {
    const SigningKey key = *SigningKey::make(algorithm);
    BOOST_TEST(key.pem().reveal().starts_with("-----BEGIN PRIVATE KEY-----\n"));
    const SigningKey again(key.pem());
    BOOST_TEST(again.thumbprint() == key.thumbprint());
    BOOST_TEST(verifies(verifier_of(key).get(), again.sign("x"), "x"));
    BOOST_TEST(SigningKey::make(algorithm)->thumbprint() != key.thumbprint());
  }
}

BOOST_AUTO_TEST_CASE(other_algorithms_and_damaged_keys_are_refused) {
  BOOST_TEST(!SigningKey::make("RS256").has_value());
  BOOST_TEST(!SigningKey::make("").has_value());
  for (const char* text : {"", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n", "{}"})
    BOOST_CHECK_THROW(SigningKey(Secret(text)), std::runtime_error);
  EVP_PKEY* other = EVP_EC_gen("P-384");
  BIO* target = BIO_new(BIO_s_mem());
  PEM_write_bio_PKCS8PrivateKey(target, other, nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const long size = BIO_get_mem_data(target, &text);
  BOOST_CHECK_THROW(SigningKey(Secret(std::string(text, static_cast<std::size_t>(size)))), std::runtime_error);
  BIO_free_all(target);
  EVP_PKEY_free(other);
}

BOOST_AUTO_TEST_SUITE_END()
