// SPDX-License-Identifier: Apache-2.0
// BLAKE2b (RFC 7693) with a digest of any length: OpenSSL before 3.2 has only that of 64 bytes, and minisign's checksum
// of a secret key has 32.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace heygen::tools {

/// `size`: bytes of the digest, from 1 to 64. Without a key.
std::string blake2b(std::string_view bytes, std::size_t size);

}  // namespace heygen::tools
