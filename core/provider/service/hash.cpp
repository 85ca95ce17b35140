// heygen.hash/1 and heygen.random/1
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <span>
#include <utility>

#include "core/base/random.hpp"
#include "core/base/secret.hpp"
#include "core/provider/call/host_call.hpp"

namespace heygen::provider {
namespace {

constexpr std::size_t kMaxRandom = 4096;

void HEYGEN_CALL sha256(heygen_str data, std::uint8_t* out) {
  const std::string_view bytes = abi::view(data);
  EVP_Digest(bytes.data(), bytes.size(), out, nullptr, EVP_sha256(), nullptr);
}

void HEYGEN_CALL hmac_sha256(heygen_str key, heygen_str data, std::uint8_t* out) {
  const std::string_view secret = abi::view(key), bytes = abi::view(data);
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), out, nullptr);
}

std::string base64url_text(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  out.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t bits = 0;
  int held = 0;
  for (const char byte : bytes) {
    bits = (bits << 8U) | static_cast<unsigned char>(byte);
    for (held += 8; held >= 6; held -= 6) out += kDigits[(bits >> static_cast<unsigned>(held - 6)) & 63U];
  }
  if (held > 0) out += kDigits[(bits << static_cast<unsigned>(6 - held)) & 63U];
  return out;
}

heygen_str HEYGEN_CALL base64url(const heygen_call* call, heygen_str data) {
  return enter_for(call, heygen_str{nullptr, 0},
                   [&](HostCall& host) { return host.keep(base64url_text(abi::view(data))); });
}

std::int32_t HEYGEN_CALL equal(heygen_str left, heygen_str right) {
  return equal_in_constant_time(abi::view(left), abi::view(right)) ? 1 : 0;
}

heygen_status HEYGEN_CALL fill(const heygen_call* call, std::uint8_t* out, std::size_t size) {
  return enter(call, [&](HostCall& host) -> heygen_status {
    if (out == nullptr || size > kMaxRandom)
      return host.refuse("random.fill got NULL or more than 4096 bytes to fill.");
    host.services.random.fill(std::as_writable_bytes(std::span(out, size)));
    return HEYGEN_OK;
  });
}

}  // namespace

const heygen_hash_1_v& hash_service() {
  static constexpr heygen_hash_1_v kService{sizeof(kService), 0, sha256, hmac_sha256, base64url, equal};
  return kService;
}

const heygen_random_1_v& random_service() {
  static constexpr heygen_random_1_v kService{sizeof(kService), 0, fill};
  return kService;
}

}  // namespace heygen::provider
