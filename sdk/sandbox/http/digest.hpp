// SPDX-License-Identifier: Apache-2.0
// SHA-256 and random names, as the sandbox needs them.
#pragma once

#include <string>
#include <string_view>

#include "sdk/sandbox/base/clock.hpp"

namespace heygen::sandbox {

std::string sha256(std::string_view data);  ///< 32 bytes
std::string hex(std::string_view data);
std::string base64(std::string_view data);
std::string base64url(std::string_view data);  ///< without padding (RFC 4648 §5)

/// The first 8 hex digits of the SHA-256: tells secrets apart without showing them.
std::string fingerprint(std::string_view secret);

/// prefix followed by 192 random bits in base64url
std::string random_token(Random& random, std::string_view prefix);
/// 128 random bits in hex
std::string random_id(Random& random);
/// "BCDF-GHJK": eight consonants, which spell no words and are hard to confuse (RFC 8628 §6.1)
std::string random_user_code(Random& random);

}  // namespace heygen::sandbox
