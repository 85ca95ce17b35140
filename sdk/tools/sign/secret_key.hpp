// SPDX-License-Identifier: Apache-2.0
// minisign's secret keys: read, with a password where they have one, made, and used.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/base/secret.hpp"
#include "core/provider/signature/minisign.hpp"

namespace heygen::tools {

/// What scrypt may cost, in libsodium's units: operations, and bytes of memory.
struct ScryptLimits {
  std::uint64_t operations = 0, memory = 0;
};
/// scrypt's own parameters for them (libsodium's choice).
struct ScryptParameters {
  std::uint64_t n = 0, r = 8, p = 1;
};
ScryptParameters scrypt_parameters(const ScryptLimits& limits);

class SecretKey {
 public:
  /// The two lines of a key file. `ask_password` is called only for a key that is encrypted. Throws std::runtime_error
  /// for what is not such a key, a wrong password, or an encryption that needs more than 2 GiB.
  static SecretKey parse(std::string_view text, const std::function<Secret()>& ask_password);

  const provider::PublicKey& public_key() const { return public_; }
  /// Of a file's bytes, prehashed.
  provider::Signature sign(std::string_view bytes, std::string trusted_comment) const;

 private:
  SecretKey(Secret seed, provider::PublicKey key) : seed_(std::move(seed)), public_(std::move(key)) {}
  provider::Ed25519Signature sign_raw(std::string_view message) const;

  Secret seed_;  ///< 32 bytes
  provider::PublicKey public_;
};

}  // namespace heygen::tools
