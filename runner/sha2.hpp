// SPDX-License-Identifier: Apache-2.0
// SHA-2 and HMAC (FIPS 180-4, RFC 2104), which providers may use from any thread, so without asking heygen: its own are
// OpenSSL's, and the runner has libc alone.
#pragma once

#include <heygen/value.h>

#include <cstdint>

namespace heygen::runner {

void sha256(heygen_str data, std::uint8_t* out);  ///< 32 bytes
void sha384(heygen_str data, std::uint8_t* out);  ///< 48 bytes
void sha512(heygen_str data, std::uint8_t* out);  ///< 64 bytes
void hmac_sha256(heygen_str key, heygen_str data, std::uint8_t* out);

}  // namespace heygen::runner
