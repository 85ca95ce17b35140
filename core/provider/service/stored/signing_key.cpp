// SPDX-License-Identifier: Apache-2.0
#include "core/provider/service/stored/signing_key.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <array>
#include <stdexcept>

#include "core/base/encode.hpp"

namespace heygen::provider {
namespace {

constexpr std::size_t kScalar = 32;  // bytes of a coordinate, of R, and of S
constexpr std::size_t kSignature = 2 * kScalar;
constexpr std::size_t kLongestDer = 80;

template <class Type, auto kFree>
struct Freed {
  void operator()(Type* object) const { kFree(object); }
};
template <class Type, auto kFree>
using Owned = std::unique_ptr<Type, Freed<Type, kFree>>;
using OwnedBio = Owned<BIO, BIO_free_all>;
using OwnedNumber = Owned<BIGNUM, BN_free>;

void require(bool worked) {
  if (!worked) throw std::runtime_error("OpenSSL could not use a key.");
}

unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// R and S of a DER signature, padded on the left.
std::string fixed_signature(std::string_view der) {
  const unsigned char* at = bytes_of(der);
  const Owned<ECDSA_SIG, ECDSA_SIG_free> pair(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  require(pair != nullptr);
  std::string out(kSignature, '\0');
  require(BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), bytes_of(out), kScalar) == static_cast<int>(kScalar));
  require(BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), bytes_of(out) + kScalar, kScalar) == static_cast<int>(kScalar));
  return out;
}

}  // namespace

SigningKey::SigningKey(EVP_PKEY* key) : key_(key, EVP_PKEY_free) {
  require(key != nullptr);
  require(EVP_PKEY_is_a(key, "ED25519") == 1 || (is_elliptic() && EVP_PKEY_get_bits(key) == kScalar * 8));
}

std::optional<SigningKey> SigningKey::make(std::string_view algorithm) {
  if (algorithm == "ES256") return SigningKey(EVP_EC_gen("P-256"));
  if (algorithm == "Ed25519") return SigningKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  return {};
}

SigningKey::SigningKey(const Secret& pem)
    : SigningKey([&] {
        const std::string& text = pem.reveal();
        const OwnedBio source(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
        return PEM_read_bio_PrivateKey(source.get(), nullptr, nullptr, nullptr);
      }()) {}

Secret SigningKey::pem() const {
  const OwnedBio target(BIO_new(BIO_s_mem()));  // cleared when it is freed
  require(PEM_write_bio_PKCS8PrivateKey(target.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(target.get(), &text);
  return Secret(std::string(text, static_cast<std::size_t>(size)));
}

bool SigningKey::is_elliptic() const {
  return EVP_PKEY_is_a(key_.get(), "EC") == 1;
}

std::string SigningKey::coordinate(const char* name) const {
  BIGNUM* number = nullptr;
  require(EVP_PKEY_get_bn_param(key_.get(), name, &number) == 1);
  const OwnedNumber owned(number);
  std::string out(kScalar, '\0');
  require(BN_bn2binpad(number, bytes_of(out), kScalar) == static_cast<int>(kScalar));
  return base64url_encode(out);
}

std::string SigningKey::public_jwk() const {
  if (is_elliptic()) {
    return R"({"crv":"P-256","kty":"EC","x":")" + coordinate(OSSL_PKEY_PARAM_EC_PUB_X) + R"(","y":")" +
           coordinate(OSSL_PKEY_PARAM_EC_PUB_Y) + "\"}";
  }
  std::string raw(kScalar, '\0');
  std::size_t size = raw.size();
  require(EVP_PKEY_get_raw_public_key(key_.get(), bytes_of(raw), &size) == 1 && size == kScalar);
  return R"({"crv":"Ed25519","kty":"OKP","x":")" + base64url_encode(raw) + "\"}";
}

std::string SigningKey::thumbprint() const {
  const std::string jwk = public_jwk();
  std::string digest(kScalar, '\0');
  require(EVP_Digest(jwk.data(), jwk.size(), bytes_of(digest), nullptr, EVP_sha256(), nullptr) == 1);
  return base64url_encode(digest);
}

std::string SigningKey::sign(std::string_view data) const {
  const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  const EVP_MD* digest = is_elliptic() ? EVP_sha256() : nullptr;
  require(context != nullptr && EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key_.get()) == 1);
  std::string out(kLongestDer, '\0');
  std::size_t size = out.size();
  require(EVP_DigestSign(context.get(), bytes_of(out), &size, bytes_of(data), data.size()) == 1);
  out.resize(size);
  return is_elliptic() ? fixed_signature(out) : out;
}

}  // namespace heygen::provider
