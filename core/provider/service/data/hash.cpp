// SPDX-License-Identifier: Apache-2.0
// heygen.hash/1
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "core/base/encode.hpp"
#include "core/base/secret.hpp"
#include "core/provider/call/host_call.hpp"
#include "core/provider/service/services.hpp"

namespace heygen::provider {
namespace {

void HEYGEN_CALL sha256(heygen_str data, std::uint8_t* out) {
  const std::string_view bytes = abi::view(data);
  EVP_Digest(bytes.data(), bytes.size(), out, nullptr, EVP_sha256(), nullptr);
}

void HEYGEN_CALL hmac_sha256(heygen_str key, heygen_str data, std::uint8_t* out) {
  const std::string_view secret = abi::view(key), bytes = abi::view(data);
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), out, nullptr);
}

void HEYGEN_CALL sha384(heygen_str data, std::uint8_t* out) {
  const std::string_view bytes = abi::view(data);
  EVP_Digest(bytes.data(), bytes.size(), out, nullptr, EVP_sha384(), nullptr);
}

void HEYGEN_CALL sha512(heygen_str data, std::uint8_t* out) {
  const std::string_view bytes = abi::view(data);
  EVP_Digest(bytes.data(), bytes.size(), out, nullptr, EVP_sha512(), nullptr);
}

heygen_status HEYGEN_CALL base64url_decode(const heygen_call* call, heygen_str text, heygen_str* data) {
  return guarded(call, [&](HostCall& host) -> heygen_status {
    if (data == nullptr) return host.refuse("hash.base64url_decode got no place for the bytes.");
    *data = {nullptr, 0};
    auto bytes = heygen::base64url_decode(abi::view(text));
    if (!bytes) return HEYGEN_USAGE;
    *data = host.keep(std::move(*bytes));
    return HEYGEN_OK;
  });
}

heygen_str HEYGEN_CALL base64url(const heygen_call* call, heygen_str data) {
  return guarded_value(call, heygen_str{nullptr, 0},
                       [&](HostCall& host) { return host.keep(base64url_encode(abi::view(data))); });
}

std::int32_t HEYGEN_CALL equal(heygen_str left, heygen_str right) {
  return equal_in_constant_time(abi::view(left), abi::view(right)) ? 1 : 0;
}

}  // namespace

const heygen_hash_1_v& hash_service() {
  static constexpr heygen_hash_1_v kService{sizeof(kService), 0,         sha256,           sha384, sha512,
                                            hmac_sha256,      base64url, base64url_decode, equal};
  return kService;
}

}  // namespace heygen::provider
