// SPDX-License-Identifier: Apache-2.0
// A private key as JOSE uses it: ES256 (RFC 7518 §3.4) or Ed25519 (RFC 8037).
#pragma once

#include <openssl/types.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/secret.hpp"

namespace heygen::provider {

class SigningKey {
 public:
  /// Empty for an algorithm that is neither "ES256" nor "Ed25519". Throws std::runtime_error when OpenSSL cannot make
  /// it.
  static std::optional<SigningKey> make(std::string_view algorithm);
  /// PKCS #8 in PEM. Throws std::runtime_error when it is neither kind of key.
  explicit SigningKey(const Secret& pem);

  Secret pem() const;
  /// The public key with its required members, in the order of RFC 7638, without white space.
  std::string public_jwk() const;
  /// Of the public key, with SHA-256 (RFC 7638); base64url.
  std::string thumbprint() const;
  /// As a JWS has it, 64 bytes.
  std::string sign(std::string_view data) const;

 private:
  explicit SigningKey(EVP_PKEY* key);
  bool is_elliptic() const;
  std::string coordinate(const char* name) const;

  std::shared_ptr<EVP_PKEY> key_;
};

}  // namespace heygen::provider
